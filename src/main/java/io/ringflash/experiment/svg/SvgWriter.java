package io.ringflash.experiment.svg;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The few shapes of SVG that a chart of bars needs. */
public final class SvgWriter {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  /** What writes a part of the document. */
  private interface Part {
    void write() throws XMLStreamException;
  }

  /**
   * @param name class of the whole picture
   * @param style CSS
   */
  public SvgWriter(int width, int height, String name, String style) {
    try {
      xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    write(() -> {
      xml.writeStartElement("svg");
      xml.writeAttribute("xmlns", NAMESPACE);
      xml.writeAttribute("class", name);
      xml.writeAttribute("viewBox", "0 0 %d %d".formatted(width, height));
      xml.writeAttribute("role", "img");
      xml.writeStartElement("style");
      xml.writeCharacters(style);
      xml.writeEndElement();
    });
  }

  /** A bar that says {@code title} to whoever points at it. */
  public void rect(double x, double y, double width, double height, String name, String title) {
    write(() -> {
      xml.writeStartElement("rect");
      number("x", x);
      number("y", y);
      number("width", width);
      number("height", height);
      xml.writeAttribute("class", name);
      xml.writeStartElement("title");
      xml.writeCharacters(title);
      xml.writeEndElement();
      xml.writeEndElement();
    });
  }

  public void line(double x1, double y1, double x2, double y2, String name) {
    write(() -> {
      xml.writeEmptyElement("line");
      number("x1", x1);
      number("y1", y1);
      number("x2", x2);
      number("y2", y2);
      xml.writeAttribute("class", name);
    });
  }

  /**
   * @param anchor start, middle or end
   */
  public void text(double x, double y, String anchor, String words) {
    write(() -> {
      xml.writeStartElement("text");
      number("x", x);
      number("y", y);
      xml.writeAttribute("text-anchor", anchor);
      xml.writeCharacters(words);
      xml.writeEndElement();
    });
  }

  /** Ends the document and returns it. */
  public String finish() {
    write(() -> {
      xml.writeEndElement();
      xml.flush();
    });
    return text.toString();
  }

  private void number(String name, double value) throws XMLStreamException {
    xml.writeAttribute(name, String.format(Locale.ROOT, "%.2f", value));
  }

  private static void write(Part part) {
    try {
      part.write();
    } catch (XMLStreamException e) {
      // Only a stream can fail, and this one is a string.
      throw new IllegalStateException(e);
    }
  }
}
