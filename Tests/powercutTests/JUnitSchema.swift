import Host
import TestSupport

/// The format of JUnit's reports as CI servers agree on it, written from the tables of their documentation
/// (Apache Ant's junitreport task, Jenkins' xunit plugin).
enum JUnitSchema {
  /// - Throws: where `xmllint` finds `path` not to follow it, or is missing.
  static func check(_ path: String) throws {
    let folder = try TemporaryFolder()
    try OutputFile.write(text, to: folder.path("junit.xsd"))
    try Peer(program: "xmllint", package: "libxml2-utils")
      .run(["--noout", "--nonet", "--schema", folder.path("junit.xsd"), path])
  }

  private static let text = """
    <?xml version="1.0" encoding="UTF-8"?>
    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
      <xs:simpleType name="second">
        <xs:restriction base="xs:decimal"><xs:minInclusive value="0"/></xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="start">
        <xs:restriction base="xs:dateTime">
          <xs:pattern value="\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"/>
        </xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="name">
        <xs:restriction base="xs:token"><xs:minLength value="1"/></xs:restriction>
      </xs:simpleType>
      <xs:complexType name="problem">
        <xs:simpleContent>
          <xs:extension base="xs:string">
            <xs:attribute name="message" type="xs:string"/>
            <xs:attribute name="type" type="xs:string" use="required"/>
          </xs:extension>
        </xs:simpleContent>
      </xs:complexType>
      <xs:complexType name="skip">
        <xs:attribute name="message" type="xs:string"/>
      </xs:complexType>
      <xs:complexType name="property">
        <xs:attribute name="name" type="name" use="required"/>
        <xs:attribute name="value" type="xs:string" use="required"/>
      </xs:complexType>
      <xs:complexType name="case">
        <xs:choice minOccurs="0">
          <xs:element name="skipped" type="skip"/>
          <xs:element name="error" type="problem"/>
          <xs:element name="failure" type="problem"/>
        </xs:choice>
        <xs:attribute name="name" type="xs:string" use="required"/>
        <xs:attribute name="classname" type="name" use="required"/>
        <xs:attribute name="time" type="second" use="required"/>
      </xs:complexType>
      <xs:complexType name="suite">
        <xs:sequence>
          <xs:element name="properties">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="property" type="property" minOccurs="0" maxOccurs="unbounded"/>
              </xs:sequence>
            </xs:complexType>
          </xs:element>
          <xs:element name="testcase" type="case" minOccurs="0" maxOccurs="unbounded"/>
          <xs:element name="system-out" type="xs:string"/>
          <xs:element name="system-err" type="xs:string"/>
        </xs:sequence>
        <xs:attribute name="package" type="name" use="required"/>
        <xs:attribute name="id" type="xs:nonNegativeInteger" use="required"/>
        <xs:attribute name="name" type="name" use="required"/>
        <xs:attribute name="timestamp" type="start" use="required"/>
        <xs:attribute name="hostname" type="name" use="required"/>
        <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
        <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
        <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
        <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
        <xs:attribute name="time" type="second" use="required"/>
      </xs:complexType>
      <xs:element name="testsuites">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="testsuite" type="suite" minOccurs="0" maxOccurs="unbounded"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:schema>

    """
}
