package io.ringflash.tensor.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code .npy} files that must be refused. */
final class HostileNpy {
  private final List<HostileFile> files = new ArrayList<>();

  static List<HostileFile> all() {
    HostileNpy corpus = new HostileNpy();
    corpus.files.addAll(HostileFile.truncations(".npy", NpyBytes.vector(5)));
    corpus.preambles();
    corpus.headerLengths();
    corpus.dictionaries();
    corpus.shapes();
    corpus.types();
    corpus.lengths();
    return corpus.files;
  }

  private void add(String name, byte[] bytes) {
    files.add(new HostileFile(name, ".npy", bytes));
  }

  private void header(String name, String header) {
    add(name, NpyBytes.version1(header, new byte[8]));
  }

  private void preambles() {
    byte[] right = NpyBytes.vector(2);
    for (int i = 0; i < NpyBytes.MAGIC.length; i++) {
      byte[] bytes = right.clone();
      bytes[i] ^= 0x20;
      add("magic wrong at byte " + i, bytes);
    }
    add("a Zip archive", ZipBytes.of(ZipBytes.Entry.stored("q.npy", right)).build());
    add("a page of HTML", "<html>\u001b[2J\r\nnot found</html>".getBytes(StandardCharsets.UTF_8));
    add("zeros", new byte[4096]);
    byte[] header = NpyBytes.dictionary("<f4", false, List.of(2L)).getBytes(StandardCharsets.UTF_8);
    int[][] versions = {{0, 0}, {1, 1}, {2, 1}, {3, 1}, {4, 0}, {255, 0}, {1, 255}};
    for (int[] version : versions) {
      add(
          "version " + version[0] + "." + version[1],
          NpyBytes.file(version[0], version[1], header, new byte[8]));
    }
  }

  private void headerLengths() {
    byte[] header = NpyBytes.dictionary("<f4", false, List.of(2L)).getBytes(StandardCharsets.UTF_8);
    for (long length : new long[] {0, 1, header.length - 1, header.length + 9, 0xFFFF}) {
      add("header length " + length, NpyBytes.file(1, 0, length, header, new byte[8]));
    }
    long[] wide = {0, 1 << 20, (1 << 20) + 1, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL};
    for (long length : wide) {
      add("wide header length " + length, NpyBytes.file(2, 0, length, header, new byte[8]));
    }
    String dictionary = NpyBytes.dictionary("<f4", false, List.of(2L));
    String padded = dictionary + " ".repeat((1 << 20) + 1 - dictionary.length());
    add("header over the limit that is there", NpyBytes.version(2, padded, new byte[8]));
  }

  private void dictionaries() {
    header("no dictionary", "                   ");
    header("a tuple", "('<f4', False, (2,))");
    header("a list", "['descr', 'fortran_order', 'shape']");
    header("a number", "42");
    header("empty dictionary", "{}");
    header("descr missing", "{'fortran_order': False, 'shape': (2,)}");
    header("fortran_order missing", "{'descr': '<f4', 'shape': (2,)}");
    header("shape missing", "{'descr': '<f4', 'fortran_order': False}");
    header("key too many", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}");
    header("key in other case", "{'Descr': '<f4', 'fortran_order': False, 'shape': (2,)}");
    header(
        "descr twice", "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}");
    header("shape twice", "{'descr': '<f4', 'shape': (9,), 'fortran_order': False, 'shape': (2,)}");
    header("key no string", "{1: '<f4', 'fortran_order': False, 'shape': (2,)}");
    header("key of bytes", "{b'descr': '<f4', 'fortran_order': False, 'shape': (2,)}");
    header("comma missing", "{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}");
    header("colon missing", "{'descr' '<f4', 'fortran_order': False, 'shape': (2,)}");
    header("brace missing", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)");
    header("two commas", "{'descr': '<f4',, 'fortran_order': False, 'shape': (2,)}");
    header("two dictionaries", NpyBytes.dictionary("<f4", false, List.of(2L)).repeat(2));
    header("text behind", NpyBytes.dictionary("<f4", false, List.of(2L)) + " # comment");
    header("NUL behind", NpyBytes.dictionary("<f4", false, List.of(2L)) + "\0");
    header("NUL before", "\0" + NpyBytes.dictionary("<f4", false, List.of(2L)));
    header("open string", "{'descr': '<f4");
    header("escape in string", "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,)}");
    header("expression", "{'descr': '<f' + '4', 'fortran_order': False, 'shape': (2,)}");
    header("call", "{'descr': __import__('os').system('id'), 'fortran_order': 0, 'shape': ()}");
    header("fortran_order 0", "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}");
    header("fortran_order text", "{'descr': '<f4', 'fortran_order': 'False', 'shape': (2,)}");
    header("fortran_order JSON", "{'descr': '<f4', 'fortran_order': false, 'shape': (2,)}");
    header("fortran_order None", "{'descr': '<f4', 'fortran_order': None, 'shape': (2,)}");
    header("fortran_order cut", "{'descr': '<f4', 'fortran_order': Fals, 'shape': (2,)}");
    header("control characters", "{'descr': '\u001b[31m\r\n\u0007', 'fortran_order': F}");
    header("deep lists", "{'descr': " + "[".repeat(60_000));
    header("deep parentheses", "{'shape': " + "(".repeat(60_000));
    header("deep dictionaries", "{'a':".repeat(10_000));
    header(
        "seventeen levels",
        "{'descr': %s, 'fortran_order': False, 'shape': (2,)}"
            .formatted("[".repeat(17) + "]".repeat(17)));
    add("invalid UTF-8", NpyBytes.file(3, 0, new byte[] {'{', (byte) 0xC0, '}'}, new byte[8]));
  }

  private void shapes() {
    String[] shapes = {
      "2",
      "(2)",
      "[2]",
      "'2'",
      "{2}",
      "(2.0,)",
      "(2e0,)",
      "('2',)",
      "(True,)",
      "((2,),)",
      "(,)",
      "(2,,)",
      "(02,)",
      "(0x2,)",
      "(2_0,)",
      "(+2,)",
      "(--2,)",
      "(-,)",
      "(-1,)",
      "(-2, -1)",
      "(1, -2)",
      "(-9223372036854775808,)",
      "(9223372036854775807,)",
      "(9223372036854775808,)",
      "(18446744073709551618,)",
      "(99999999999999999999999999999999,)",
      "(4294967296, 4294967296)",
      "(4294967296, 4294967296, 0)",
      "(2147483648, 2147483648, 2)",
      "(4611686018427387905,)",
      "(4611686018427387904, 2)",
      "(72057594037927937,)",
      "(1073741825,)",
      "()",
      "(0,)",
      "(1,)",
      "(3,)",
      "(" + "1,".repeat(33) + ")",
      "(" + "1,".repeat(30_000) + ")",
    };
    for (String shape : shapes) {
      String shown = shape.length() > 40 ? shape.length() + " characters" : shape;
      header(
          "shape " + shown,
          "{'descr': '<f4', 'fortran_order': False, 'shape': %s}".formatted(shape));
    }
    header(
        "wrapping shape in Fortran order",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 4294967296)}");
  }

  private void types() {
    String[] types = {
      "'|O'",
      "'O'",
      "'|V8'",
      "'<i4'",
      "'<u8'",
      "'|b1'",
      "'|S8'",
      "'<U2'",
      "'<c8'",
      "'<f16'",
      "'f4'",
      "'=f4'",
      "'|f4'",
      "'<F4'",
      "'<f4 '",
      "''",
      "'<M8[ns]'",
      "('<f4', (2,))",
      "[('a', '<f4')]",
      "[('a', '<f4'), ('b', '|O')]",
      "[('a', [('b', '|O')])]",
      "4",
      "True",
      "{'names': ['a']}"
    };
    for (String type : types) {
      header(
          "dtype " + type, "{'descr': %s, 'fortran_order': False, 'shape': (2,)}".formatted(type));
    }
    byte[] pickle = "cos\nsystem\n(S'id'\ntR.".getBytes(StandardCharsets.US_ASCII);
    add(
        "pickled object",
        NpyBytes.version1("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", pickle));
  }

  private void lengths() {
    String header = NpyBytes.dictionary("<f4", false, List.of(2L));
    for (int bytes : new int[] {0, 7, 9, 12, 16, 4096}) {
      add(bytes + " bytes for 8", NpyBytes.version1(header, new byte[bytes]));
    }
    String fortran = NpyBytes.dictionary(">f8", true, List.of(2L, 3L));
    add("big-endian doubles cut", NpyBytes.version1(fortran, new byte[47]));
    add("big-endian doubles and more", NpyBytes.version1(fortran, new byte[49]));
    byte[] right = NpyBytes.vector(2);
    byte[] twice = java.util.Arrays.copyOf(right, 2 * right.length);
    System.arraycopy(right, 0, twice, right.length, right.length);
    add("two files in one", twice);
  }
}
