package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.SafetensorsBytes.file;
import static io.ringflash.tensor.io.SafetensorsBytes.tensor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code .safetensors} files that must be refused. */
final class HostileSafetensors {
  private static final String Q = tensor("q", "F32", "[2]", "[0,8]");

  private final List<HostileFile> files = new ArrayList<>();

  static List<HostileFile> all() {
    HostileSafetensors corpus = new HostileSafetensors();
    corpus.files.addAll(HostileFile.truncations(".safetensors", file("{" + Q + "}", 8)));
    corpus.headerLengths();
    corpus.json();
    corpus.encodings();
    corpus.keys();
    corpus.types();
    corpus.shapes();
    corpus.offsets();
    corpus.layouts();
    return corpus.files;
  }

  private void add(String name, byte[] bytes) {
    files.add(new HostileFile(name, ".safetensors", bytes));
  }

  /** {@code header} in front of eight bytes. */
  private void header(String name, String header) {
    add(name, file(header, 8));
  }

  private void headerLengths() {
    byte[] right = ("{" + Q + "}").getBytes(StandardCharsets.UTF_8);
    long[] lengths = {
      0,
      1,
      right.length - 1,
      right.length + 1,
      right.length + 8,
      right.length + 9,
      100_000_000,
      100_000_001,
      0x7FFF_FFFFL,
      0xFFFF_FFFFL,
      Long.MAX_VALUE - 8,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      -1,
      -8,
    };
    for (long length : lengths) {
      add("header length " + Long.toUnsignedString(length), file(length, right, new byte[8]));
    }
    byte[] huge = " ".repeat(100_000_001).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(right, 0, huge, 0, right.length);
    add("header over 100 MB that is there", file(huge, new byte[8]));
  }

  private void json() {
    header("begins with white space", " {" + Q + "}");
    header("an array", "[" + Q + "]");
    header("a string", "\"q\"");
    header("only a brace", "{");
    header("brace missing", "{" + Q);
    header("comma missing", "{" + Q + tensor("k", "F32", "[0]", "[8,8]") + "}");
    header("comma too many", "{" + Q + ",}");
    header("text behind", "{" + Q + "}x");
    header("NUL behind", "{" + Q + "}\0");
    header("two objects", "{" + Q + "}{}");
    header("comment", "{/* q */" + Q + "}");
    header("single quotes", "{" + Q.replace('"', '\'') + "}");
    header("names without quotes", "{" + Q.replace("\"q\"", "q") + "}");
    header("control characters", "{\"\u001b[2J\n\":1}");
    header("a tensor that is null", "{\"q\":null}");
    header("a tensor that is a number", "{\"q\":1}");
    header("a tensor that is a list", "{\"q\":[]}");
    header("deep objects", "{\"a\":".repeat(100_000));
    header("deep lists", "{\"a\":" + "[".repeat(1_000_000));
    header("deep lists in shape", "{" + tensor("q", "F32", "[".repeat(5000), "[0,8]") + "}");
    header("metadata that is a list", "{\"__metadata__\":[]," + Q + "}");
    header("metadata with a number", "{\"__metadata__\":{\"a\":1}," + Q + "}");
    header("metadata with an object", "{\"__metadata__\":{\"a\":{}}," + Q + "}");
    header("metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}," + Q + "}");
    header("metadata key twice", "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}," + Q + "}");
    header(
        "name of 100,000 characters",
        "{" + tensor("q".repeat(100_000), "F32", "[3]", "[0,8]") + "}");
  }

  private void encodings() {
    header("byte order mark", "\uFEFF{" + Q + "}");
    add("UTF-16", file(("{" + Q + "}").getBytes(StandardCharsets.UTF_16LE), new byte[8]));
    byte[][] sequences = {
      {(byte) 0xFF},
      {(byte) 0xC0, (byte) 0x80},
      {(byte) 0xE0, (byte) 0x80, (byte) 0xAF},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
      {(byte) 0xF8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80},
      {(byte) 0xE2, (byte) 0x82},
      {(byte) 0x80},
    };
    for (byte[] sequence : sequences) {
      String latin =
          "{"
              + tensor(new String(sequence, StandardCharsets.ISO_8859_1), "F32", "[2]", "[0,8]")
              + "}";
      add(
          "invalid UTF-8 %x".formatted(new java.math.BigInteger(1, sequence)),
          file(latin.getBytes(StandardCharsets.ISO_8859_1), new byte[8]));
    }
  }

  private void keys() {
    header("tensor twice", "{" + Q + "," + Q + "}");
    header("tensor twice, once escaped", "{" + Q + "," + Q.replace("\"q\"", "\"\\u0071\"") + "}");
    header("dtype missing", "{\"q\":{\"shape\":[2],\"data_offsets\":[0,8]}}");
    header("shape missing", "{\"q\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}");
    header("data_offsets missing", "{\"q\":{\"dtype\":\"F32\",\"shape\":[2]}}");
    header("nothing said", "{\"q\":{}}");
    header("key too many", "{" + Q.replace("\"shape\"", "\"x\":1,\"shape\"") + "}");
    header("dtype twice", "{" + Q.replace("\"shape\"", "\"dtype\":\"F32\",\"shape\"") + "}");
    header("shape twice", "{" + Q.replace("\"shape\"", "\"shape\":[2],\"shape\"") + "}");
    header(
        "data_offsets twice",
        "{" + Q.replace("\"shape\"", "\"data_offsets\":[0,8],\"shape\"") + "}");
  }

  private void types() {
    for (String type :
        new String[] {
          "\"f32\"", "\"F32 \"", "\"\"", "\"O\"", "\"F128\"", "32", "null", "[\"F32\"]"
        }) {
      header("dtype " + type, "{" + Q.replace("\"F32\"", type) + "}");
    }
    header("only a tensor of integers", "{" + tensor("q", "I64", "[1]", "[0,8]") + "}");
    header("only a tensor of bytes", "{" + tensor("q", "U8", "[8]", "[0,8]") + "}");
    header("integers of wrong span", "{" + tensor("q", "I64", "[2]", "[0,8]") + "}");
    header("half a byte", "{" + tensor("q", "F4", "[3]", "[0,1]") + "}");
  }

  private void shapes() {
    String[] shapes = {
      "2",
      "\"2\"",
      "null",
      "{}",
      "[2.0]",
      "[2e0]",
      "[\"2\"]",
      "[true]",
      "[null]",
      "[[2]]",
      "[-2]",
      "[-1,-2]",
      "[-0]",
      "[02]",
      "[1]",
      "[3]",
      "[]",
      "[0]",
      "[2,2]",
      "[9223372036854775807]",
      "[9223372036854775808]",
      "[18446744073709551618]",
      "[99999999999999999999999999]",
      "[4294967296,4294967296]",
      "[4294967296,4294967296,0]",
      "[4611686018427387906]",
      "[2305843009213693954]",
      "[" + "1,".repeat(32) + "2]",
      "[" + "1,".repeat(100_000) + "2]",
    };
    for (String shape : shapes) {
      String shown = shape.length() > 40 ? shape.length() + " characters" : shape;
      header("shape " + shown, "{" + tensor("q", "F32", shape, "[0,8]") + "}");
    }
  }

  private void offsets() {
    String[] offsets = {
      "8",
      "\"0,8\"",
      "null",
      "{}",
      "[]",
      "[0]",
      "[8]",
      "[0,8,8]",
      "[8,0]",
      "[0,7]",
      "[0,9]",
      "[1,9]",
      "[-8,0]",
      "[0,-8]",
      "[0.0,8.0]",
      "[0,8.0]",
      "[0,8e0]",
      "[\"0\",\"8\"]",
      "[0,\"8\"]",
      "[false,8]",
      "[null,8]",
      "[[0,8]]",
      "[0,9223372036854775807]",
      "[9223372036854775800,9223372036854775807]",
      "[9223372036854775807,9223372036854775807]",
      "[0,18446744073709551624]",
      "[18446744073709551608,18446744073709551616]",
      "[" + "0,".repeat(100_000) + "8]",
    };
    for (String offset : offsets) {
      String shown = offset.length() > 60 ? offset.length() + " characters" : offset;
      header("data_offsets " + shown, "{" + tensor("q", "F32", "[2]", offset) + "}");
    }
  }

  private void layouts() {
    pair("one span for two", "[0,8]", "[0,8]");
    pair("overlap", "[0,8]", "[4,12]");
    pair("hole", "[0,8]", "[9,17]");
    pair("hole at the start", "[8,16]", "[16,24]");
    pair("bytes behind the last", "[0,8]", "[8,16]", 17);
    pair("last span beyond the file", "[0,8]", "[8,16]", 15);
    pair("a whole tensor behind the last", "[0,8]", "[8,16]", 24);
    pair("overlap in reverse order", "[4,12]", "[0,8]");
    header("bytes but no tensor", "{}");
    header("empty tensor inside another", "{" + Q + "," + tensor("k", "F32", "[0]", "[4,4]") + "}");
    header("empty tensor behind the end", "{" + Q + "," + tensor("k", "F32", "[0]", "[9,9]") + "}");
  }

  private void pair(String name, String first, String second) {
    pair(name, first, second, 24);
  }

  private void pair(String name, String first, String second, int bytes) {
    String header =
        "{" + tensor("q", "F32", "[2]", first) + "," + tensor("k", "F32", "[2]", second) + "}";
    add(name, file(header, bytes));
  }
}
