package dev.tideline.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON text into maps, lists, strings, doubles, booleans and null; for the server's answers. */
final class JsonReader {
  private static final int DEPTH_MAX = 64;

  private final String text;
  private int at = 0;

  private JsonReader(String text) {
    this.text = text;
  }

  /** The value of a text; IllegalArgumentException where it is not JSON. */
  static Object read(String text) {
    JsonReader reader = new JsonReader(text);
    Object value = reader.value(0);
    reader.space();
    if (reader.at < text.length()) {
      throw reader.wrong();
    }
    return value;
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("no JSON at " + at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    space();
    if (at >= text.length()) {
      throw wrong();
    }
    return text.charAt(at);
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw wrong();
    }
    at++;
  }

  /** Whether another item follows a comma; the end is taken. */
  private boolean goesOn(char end) {
    char next = peek();
    at++;
    if (next != ',' && next != end) {
      throw wrong();
    }
    return next == ',';
  }

  private Object value(int depth) {
    if (depth > DEPTH_MAX) {
      throw wrong();
    }
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      default:
        return word();
    }
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    expect('{');
    if (peek() == '}') {
      at++;
      return members;
    }
    do {
      space();
      String name = string();
      expect(':');
      members.put(name, value(depth + 1));
    } while (goesOn('}'));
    return members;
  }

  private List<Object> array(int depth) {
    List<Object> items = new ArrayList<>();
    expect('[');
    if (peek() == ']') {
      at++;
      return items;
    }
    do {
      items.add(value(depth + 1));
    } while (goesOn(']'));
    return items;
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (at < text.length()) {
      char unit = text.charAt(at++);
      if (unit == '"') {
        return out.toString();
      }
      out.append(unit == '\\' ? escaped() : unit);
    }
    throw wrong();
  }

  private char escaped() {
    if (at >= text.length()) {
      throw wrong();
    }
    char unit = text.charAt(at++);
    if (unit == 'u' && at + 4 <= text.length()) {
      at += 4;
      return (char) Integer.parseInt(text, at - 4, at, 16);
    }
    int known = "\"\\/bfnrt".indexOf(unit);
    if (known < 0) {
      throw wrong();
    }
    return "\"\\/\b\f\n\r\t".charAt(known);
  }

  private Object word() {
    int start = at;
    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    switch (word) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      default:
        return Double.valueOf(word);
    }
  }
}
