package io.ringflash.engine.tornado;

import static io.ringflash.engine.tornado.FoldKernelForm.KEYS;
import static io.ringflash.engine.tornado.FoldKernelForm.ROWS;
import static io.ringflash.engine.tornado.FoldKernelForm.THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.TILE;
import static io.ringflash.engine.tornado.FoldKernelForm.VECTOR;
import static io.ringflash.engine.tornado.FoldKernelForm.keyOffset;
import static io.ringflash.engine.tornado.FoldKernelForm.out;
import static io.ringflash.engine.tornado.FoldKernelForm.rowOffset;

import java.util.function.Consumer;

/**
 * Writes the two matrix products of a fold kernel, and how their operands come to local memory.
 *
 * <p>What a product needs next is read from global memory into registers before it, and goes from
 * there to local memory behind it: the way is hidden behind arithmetic. In chunks, two stages take
 * turns; the scores have an even number of chunks, so that V always begins in the first stage.
 */
final class FoldProductWriter {
  /** Steps of a product in the body of its loop: with more, the compiler runs out of registers. */
  private static final int STEPS = 4;

  private final FoldKernelForm form;
  private final KernelText text;

  FoldProductWriter(FoldKernelForm form, KernelText text) {
    this.form = form;
    this.text = text;
  }

  /** Stages the first chunk of a tile that was not expected. */
  void stageKeys() {
    declareCopies();
    readKeys("keyFrom", "0");
    store(form.keyArray(), "0");
    text.line("c.localBarrier();");
  }

  void scores() {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        text.line("float s%d_%d = 0f;", i, j);
      }
    }
    if (form.wholeTiles()) {
      scoreProduct("0");
      declareCopies();
      readValues("0");
      return;
    }
    if (form.dynamic()) {
      text.line("int chunks = headDim / %d;", form.depth());
      text.line(
          "int valueFrom = ((kvHead * tiles + t) * %d + (lid >> 5)) * headDim + (lid & 31);", TILE);
    }
    String chunks = form.dynamic() ? "chunks" : Integer.toString(form.width() / form.depth());
    text.line("for (int n = 0; n < %s - 1; n++) {", chunks);
    text.line("int from = (n & 1) * %d;", form.stage());
    declareCopies();
    readKeys("keyFrom", "n + 1");
    scoreProduct("from");
    text.line("int to = %d - from;", form.stage());
    store(form.keyArray(), "to");
    text.line("c.localBarrier();");
    text.line("}");
    text.line("{");
    declareCopies();
    readValues("0");
    scoreProduct(Integer.toString(form.stage()));
    storeValues("0");
    text.line("}");
  }

  /** Whole tiles of V were on their way while the weights were computed. */
  void stageWholeValues() {
    if (form.wholeTiles()) {
      storeValues("0");
      text.line("c.localBarrier();");
    }
  }

  /**
   * @param addNonFinite writes what adds the NaN and infinities of V that were left out, given the
   *     first column
   */
  void addValues(Consumer<String> addNonFinite) {
    if (form.dynamic()) {
      addDynamicValues(addNonFinite);
      return;
    }
    text.line("int nextFrom = t < last ? keyFrom + %d : keyFrom;", TILE * form.width());
    if (form.wholeTiles()) {
      text.line("{");
      declareCopies("b");
      readKeys("nextFrom", "0", "b");
      valueProduct("0", "0");
      addNonFinite.accept("0");
      text.line("c.localBarrier();");
      store(form.keyArray(), "0", "b");
      text.line("c.localBarrier();");
      text.line("}");
      return;
    }
    rescale();
    int chunks = TILE / form.keys();
    int groups = form.keys() / VECTOR;
    text.line("for (int n = 0; n < %d; n++) {", chunks - 1);
    text.line("int from = (n & 1) * %d;", form.stage());
    declareCopies();
    readValues("n + 1");
    valueProduct("from", "n * %d".formatted(groups));
    text.line("int to = %d - from;", form.stage());
    storeValues("to");
    text.line("c.localBarrier();");
    text.line("}");
    text.line("{");
    declareCopies();
    readKeys("nextFrom", "0");
    valueProduct(Integer.toString(form.stage()), Integer.toString((chunks - 1) * groups));
    store(form.keyArray(), "0");
    text.line("c.localBarrier();");
    text.line("}");
    addNonFinite.accept("0");
  }

  private void addDynamicValues(Consumer<String> addNonFinite) {
    text.line("int parts = headDim / %d;", form.width());
    text.line("for (int n = 0; n < parts; n++) {");
    text.line("int at = n * %d;", form.width());
    text.line("int from = (n & 1) * %d;", form.stage());
    for (int i = 0; i < form.rows(); i++) {
      for (int e = 0; e < form.columns(); e++) {
        text.line("float %s = acc.get(%s) * f%d;", out(i, e), accumulatorIndex(i, e), i);
      }
    }
    text.line("int more = n + 1 < parts ? n + 1 : n;");
    declareCopies();
    readValues("more");
    valueProduct("from", "0");
    text.line("int to = %d - from;", form.stage());
    storeValues("to");
    addNonFinite.accept("at");
    for (int i = 0; i < form.rows(); i++) {
      for (int e = 0; e < form.columns(); e++) {
        text.line("acc.set(%s, %s);", accumulatorIndex(i, e), out(i, e));
      }
    }
    text.line("c.localBarrier();");
    text.line("}");
    text.line("staged = -1;");
  }

  private String accumulatorIndex(int i, int e) {
    return "(row + oy * %d + %d) * headDim + at + ox * %d + %d"
        .formatted(VECTOR, rowOffset(i), VECTOR, form.columnOffset(e));
  }

  /** Rows of the output that other threads computed the factors of. */
  private void rescale() {
    for (int i = 0; i < form.rows(); i++) {
      text.line("float g%d = fs[oy * %d + %d];", i, VECTOR, rowOffset(i));
      for (int e = 0; e < form.columns(); e++) {
        text.line("%s *= g%d;", out(i, e), i);
      }
    }
  }

  private void declareCopies() {
    declareCopies("a");
  }

  private void declareCopies(String name) {
    for (int u = 0; u < form.copies(); u++) {
      text.line("float %s%d;", name, u);
    }
  }

  private void readKeys(String from, String chunk) {
    readKeys(from, chunk, "a");
  }

  /** Reads a chunk of K, and of Q unless it stays. */
  private void readKeys(String from, String chunk, String name) {
    int step = form.depth() * TILE;
    int loads = step / THREADS;
    text.line("int keyChunk = %s + (%s) * %d;", from, chunk, step);
    for (int u = 0; u < loads; u++) {
      text.line("%s%d = k.get(keyChunk + %d);", name, u, u * THREADS);
    }
    if (!form.wholeTiles()) {
      text.line("int queryChunk = queryFrom + lid + (%s) * %d;", chunk, step);
      for (int u = 0; u < loads; u++) {
        text.line("%s%d = q.get(queryChunk + %d);", name, u + loads, u * THREADS);
      }
    }
  }

  /** Reads a chunk of V: rows, or of any head dimension columns. */
  private void readValues(String chunk) {
    text.line(
        "int valueChunk = %s + (%s) * %d;",
        form.dynamic() ? "valueFrom" : "keyFrom",
        chunk,
        form.dynamic() ? form.width() : form.keys() * form.width());
    for (int u = 0; u < form.copies(); u++) {
      text.line(
          form.dynamic()
              ? "a%d = v.get(valueChunk + %d * headDim);"
              : "a%d = v.get(valueChunk + %d);",
          u,
          form.dynamic() ? u * THREADS / form.width() : u * THREADS);
    }
  }

  private void store(String array, String at) {
    store(array, at, "a");
  }

  private void store(String array, String at, String name) {
    for (int u = 0; u < form.copies(); u++) {
      text.line("%s[%s + lid + %d] = %s%d;", array, at, u * THREADS, name, u);
    }
  }

  /** Stores a chunk of V, if need be with 0 for its NaN and infinities. */
  private void storeValues(String at) {
    store(form.valueArray(), at);
    text.line("if (careful != 0) {");
    text.line("for (int i = lid; i < %d; i += %d) {", form.stage(), THREADS);
    text.line("float value = %s[%s + i];", form.valueArray(), at);
    text.line("%s[%s + i] = KernelMath.finite(value) != 0 ? value : 0f;", form.valueArray(), at);
    text.line("}");
    text.line("}");
  }

  private void scoreProduct(String at) {
    String queries =
        form.wholeTiles() ? "qs[" : "stage[%s + %d + ".formatted(at, form.depth() * TILE);
    text.line("for (int d = 0; d < %d; d += %d) {", form.depth(), STEPS);
    for (int u = 0; u < STEPS; u++) {
      for (int j = 0; j < KEYS; j++) {
        text.line(
            "float k%d_%d = %s[%s + d * %d + tx * %d + %d];",
            u, j, form.keyArray(), at, TILE, VECTOR, u * TILE + keyOffset(j));
      }
      for (int i = 0; i < ROWS; i++) {
        text.line(
            "float q%d_%d = %sd * %d + ty * %d + %d];", u, i, queries, TILE, VECTOR, u * TILE + i);
      }
      for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < KEYS; j++) {
          text.line("s%d_%d += q%d_%d * k%d_%d;", i, j, u, i, u, j);
        }
      }
    }
    text.line("}");
  }

  /** Multiplies a chunk of V, whose first four keys are group {@code firstGroup} of the weights. */
  private void valueProduct(String at, String firstGroup) {
    text.line("for (int g = 0; g < %d; g++) {", form.keys() / VECTOR);
    text.line("int group = %s + g;", firstGroup);
    text.line("int swap = oy ^ ((group << 1) & 14);");
    text.line("int pb = group * %d + (swap << 2);", VECTOR * TILE);
    if (!form.sameRows()) {
      text.line("int pc = group * %d + ((swap ^ 8) << 2);", VECTOR * TILE);
    }
    text.line("int vb = %s + g * %d + ox * %d;", at, VECTOR * form.width(), VECTOR);
    for (int u = 0; u < VECTOR; u++) {
      for (int i = 0; i < form.rows(); i++) {
        text.line(
            "float p%d_%d = ps[%s + %d];", u, i, i < VECTOR ? "pb" : "pc", u * TILE + i % VECTOR);
      }
      for (int e = 0; e < form.columns(); e++) {
        text.line(
            "float v%d_%d = %s[vb + %d];",
            u, e, form.valueArray(), u * form.width() + form.columnOffset(e));
      }
      for (int i = 0; i < form.rows(); i++) {
        for (int e = 0; e < form.columns(); e++) {
          text.line("%s += p%d_%d * v%d_%d;", out(i, e), u, i, u, e);
        }
      }
    }
    text.line("}");
  }
}
