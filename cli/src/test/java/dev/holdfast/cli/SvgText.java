// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The words written in a drawing, read as a viewer reads them. */
record SvgText(List<String> words) {

  /** Reads it as XML, which fails if it is not. */
  static SvgText of(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document document =
        factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(UTF_8)));
    assertEquals("svg", document.getDocumentElement().getLocalName());
    NodeList texts = document.getElementsByTagNameNS("http://www.w3.org/2000/svg", "text");
    List<String> words = new ArrayList<>();
    for (int i = 0; i < texts.getLength(); i++) {
      words.add(texts.item(i).getTextContent().strip());
    }
    return new SvgText(words);
  }

  void mustSay(String... expected) {
    for (String word : expected) {
      assertTrue(words.contains(word), () -> "\"" + word + "\" in " + words);
    }
  }
}
