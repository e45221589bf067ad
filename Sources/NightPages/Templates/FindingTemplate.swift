/// The page of one finding.
enum FindingTemplate {
  /// A part of what a rule says.
  static let span = "{{#isCode}}<code>{{words}}</code>{{/isCode}}{{^isCode}}{{words}}{{/isCode}}"

  static let text = """
    {{> head}}
    <header>
    <nav aria-label="Back"><a href="index.html">← {{campaign}}, night {{night}}</a></nav>
    <h1>{{rule}}: {{failure}}</h1>
    <ul class="tags">
    <li class="tag {{statusClass}}"><span aria-hidden="true">{{statusSign}}</span> {{statusWord}}</li>
    <li class="tag">{{severity}}</li>
    </ul>
    {{#titles}}
    <p class="lead">{{.}}.</p>
    {{/titles}}
    <dl class="facts">
    {{#facts}}
    <dt>{{words}}</dt><dd{{#isCode}} class="mono"{{/isCode}}>{{value}}</dd>
    {{/facts}}
    </dl>
    </header>
    <main id="content">
    <section aria-labelledby="meaning">
    <h2 id="meaning">What it means</h2>
    <div class="columns">
    <div>
    <p><strong>Broken is the promise that {{promise}}.</strong></p>
    <p>{{#explanation}}{{> span}}{{/explanation}}</p>
    <p class="faint small">How bad: {{severity}}. {{severityMeaning}} Where the rule comes from: {{ruleSource}}.</p>
    </div>
    <div>
    <h3>For example</h3>
    <p>{{#example}}{{> span}}{{/example}}</p>
    <h3>What to do</h3>
    <p>{{#advice}}{{> span}}{{/advice}}</p>
    </div>
    </div>
    </section>
    {{#hasEvidence}}
    <section aria-labelledby="found">
    <h2 id="found">What was found</h2>
    {{#hasDifference}}
    <h3>What made the difference</h3>
    <ul class="words">
    {{#difference}}
    <li>{{.}}</li>
    {{/difference}}
    </ul>
    {{/hasDifference}}
    {{#hasProof}}
    <h3>Evidence</h3>
    <ul class="words">
    {{#proof}}
    <li>{{.}}</li>
    {{/proof}}
    </ul>
    {{/hasProof}}
    </section>
    {{/hasEvidence}}
    {{#bytes}}
    <section aria-labelledby="bytes">
    <h2 id="bytes">Which bytes are wrong</h2>
    <figure>
    <div class="picture" tabindex="0" role="group" aria-label="Map of the bytes"><img src="{{source}}" alt="{{words}}"></div>
    <figcaption>{{words}}</figcaption>
    </figure>
    <details>
    <summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="bytes">
    <table>
    <thead><tr><th scope="col" class="number">Bytes</th><th scope="col">Verdict</th><th scope="col">What stands there</th><th scope="col">What must stand there</th></tr></thead>
    <tbody>
    {{#pieces}}
    <tr><th scope="row" class="number">{{range}}</th><td>{{verdict}}</td><td class="wide">{{found}}</td><td class="wide">{{expected}}</td></tr>
    {{/pieces}}
    </tbody>
    </table>
    </div>
    </details>
    </section>
    {{/bytes}}
    {{#run}}
    <section aria-labelledby="run">
    <h2 id="run">The run</h2>
    <figure>
    <div class="picture" tabindex="0" role="group" aria-label="Picture of the run"><img src="{{source}}" alt="{{words}}"></div>
    <figcaption>{{words}}</figcaption>
    </figure>
    </section>
    {{/run}}
    {{#hasTimeline}}
    <section aria-labelledby="steps">
    <h2 id="steps">Step by step</h2>
    <details{{#isTimelineOpen}} open{{/isTimelineOpen}}>
    <summary>{{timelineWords}}</summary>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="steps">
    <table class="steps">
    <thead><tr><th scope="col" class="number">Event</th><th scope="col" class="number">Task</th><th scope="col">What happened</th></tr></thead>
    <tbody>
    {{#timeline}}
    <tr><td class="number">{{event}}</td><td class="number">{{task}}</td><td class="wide mono">{{step}}</td></tr>
    {{/timeline}}
    </tbody>
    </table>
    </div>
    </details>
    </section>
    {{/hasTimeline}}
    <section aria-labelledby="again">
    <h2 id="again">See it again</h2>
    <p>{{reproduceWords}}</p>
    <pre class="line"><code>{{reproduce}}</code></pre>
    </section>
    {{#scenarios}}
    <section aria-labelledby="scenario">
    <h2 id="scenario">The smallest case</h2>
    <p>As a scenario: with <code>expect: pass</code> in its last line it is a test that the mistake does not come back.</p>
    <pre tabindex="0"><code>{{.}}</code></pre>
    </section>
    {{/scenarios}}
    <section aria-labelledby="files">
    <h2 id="files">Files</h2>
    {{#filesNone}}
    <p class="none">{{.}}</p>
    {{/filesNone}}
    {{#hasFiles}}
    <ul class="plain">
    {{#files}}
    <li><a href="{{link}}">{{fileName}}</a>{{#fileWords}} <span class="faint">{{.}}</span>{{/fileWords}}</li>
    {{/files}}
    </ul>
    {{/hasFiles}}
    </section>
    </main>
    {{> foot}}
    """
}
