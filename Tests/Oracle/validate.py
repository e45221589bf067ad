"""Holds documents against JSON Schemas.

stdin has a line for each document: the path of the schema, a tab, the path of the document. stdout gets a line for
each: `valid`, or where the document is not as the schema says and why. A document whose name ends in .yaml is read as
editors read it, by the core schema of YAML 1.2: of the plain words only true and false are truths.

With --unreached stdout gets, behind these, a line for each part of the schemas that no document came to: a property,
an item of a list, a word of an enumeration. Enumerations with a $comment are left out: they are made from the code.
"""

import json
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    sys.exit(
        f"there is no module '{error.name}': it is in the Debian package 'python3-{error.name}': run scripts/bootstrap"
    )


class Loader(yaml.SafeLoader):
    """YAML 1.1 takes `on` and `yes` for truths, too."""


TRUTH = "tag:yaml.org,2002:bool"
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != TRUTH]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(TRUTH, re.compile("^(true|false)$"), list("tf"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader) if path.endswith(".yaml") else json.load(file)


class Schema:
    def __init__(self, path):
        self.path = path
        self.root = read(path)
        jsonschema.Draft7Validator.check_schema(self.root)
        self.validator = jsonschema.Draft7Validator(self.root)
        self.parts = {}
        self.reached = set()
        self.collect(self.root, "#")

    def fault(self, path):
        try:
            document = read(path)
        except (ValueError, yaml.YAMLError) as error:
            return f"it cannot be read: {error}".replace("\n", " ")
        error = jsonschema.exceptions.best_match(self.validator.iter_errors(document))
        if error is None:
            self.reach(self.root, document)
            return None
        place = "/".join(map(str, error.absolute_path))
        return f"at '{place}': {error.message}".replace("\n", " ")

    # Which parts of the schema say something of a document.

    def collect(self, schema, name):
        if not isinstance(schema, dict) or schema == {"type": "null"}:
            return
        self.parts[id(schema)] = name
        for key in ("properties", "definitions"):
            for word, part in schema.get(key, {}).items():
                self.collect(part, f"{name}/{word}")
        self.collect(schema.get("items"), f"{name}/items")
        for key in ("allOf", "anyOf", "oneOf"):
            for place, part in enumerate(schema.get(key, [])):
                self.collect(part, f"{name}/{key}/{place}")

    def words(self, schema):
        return [] if "$comment" in schema else schema.get("enum", [])

    def reach(self, schema, value):
        if "$ref" in schema:
            self.reached.add(id(schema))
            return self.reach(self.root["definitions"][schema["$ref"].split("/")[-1]], value)
        self.reached.add(id(schema))
        for word in self.words(schema):
            if word == value:
                self.reached.add((id(schema), word))
        for key in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(key, []):
                if self.validator.evolve(schema=part).is_valid(value):
                    self.reach(part, value)
        if isinstance(value, dict):
            for word, part in schema.get("properties", {}).items():
                if word in value:
                    self.reach(part, value[word])
        if isinstance(value, list) and "items" in schema:
            for item in value:
                self.reach(schema["items"], item)

    def unreached(self):
        def enumerations(schema):
            if isinstance(schema, dict):
                if id(schema) in self.parts:
                    for word in self.words(schema):
                        if (id(schema), word) not in self.reached:
                            yield f"{self.parts[id(schema)]} {json.dumps(word)}"
                for part in schema.values():
                    yield from enumerations(part)
            elif isinstance(schema, list):
                for part in schema:
                    yield from enumerations(part)

        yield from (name for part, name in self.parts.items() if part not in self.reached)
        yield from enumerations(self.root)


def main():
    schemas = {}
    for line in sys.stdin.read().splitlines():
        schema, document = line.split("\t")
        if schema not in schemas:
            schemas[schema] = Schema(schema)
        print(schemas[schema].fault(document) or "valid")
    if "--unreached" in sys.argv[1:]:
        for path, schema in schemas.items():
            for part in schema.unreached():
                print(f"{path.split('/')[-1]} {part}")


main()
