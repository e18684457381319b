package io.ringflash.engine.tornado;

import static io.ringflash.engine.tornado.FoldKernelForm.KEYS;
import static io.ringflash.engine.tornado.FoldKernelForm.KEY_THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.PARTIAL_STRIDE;
import static io.ringflash.engine.tornado.FoldKernelForm.ROWS;
import static io.ringflash.engine.tornado.FoldKernelForm.THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.TILE;
import static io.ringflash.engine.tornado.FoldKernelForm.VECTOR;
import static io.ringflash.engine.tornado.FoldKernelForm.keyOffset;
import static io.ringflash.engine.tornado.FoldKernelForm.out;
import static io.ringflash.engine.tornado.FoldKernelForm.rowOffset;

/** Writes what happens between the products of a fold kernel: options, softmax, dropout. */
final class FoldWeightWriter {
  private final FoldKernelForm form;
  private final KernelText text;

  FoldWeightWriter(FoldKernelForm form, KernelText text) {
    this.form = form;
    this.text = text;
  }

  /** Whether this tile holds a NaN or infinity in V that must not reach rows which don't see it. */
  void carefulness() {
    text.line("int careful = partial;");
    text.line("if (dropping != 0) {");
    text.line("careful = 1;");
    text.line("}");
    text.line("int stamp = nonFinite.get(kvHead * tiles + t);");
    text.line("careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);");
  }

  void modifyScores() {
    text.line("if (capped != 0) {");
    text.line("float cap = scalars.get(KernelShape.SOFTCAP);");
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        text.line("s%1$d_%2$d = KernelMath.capped(s%1$d_%2$d, cap);", i, j);
      }
    }
    text.line("}");
    text.line("// Distance of the thread's first key from its first row.");
    text.line(
        "int distance = key + tx * %d * keyStride - position - ty * %d * queryStride;",
        VECTOR, VECTOR);
    text.line("if (biased != 0) {");
    text.line("float tileSlope = keyJoint != 0 ? 0f : slope;");
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        text.line(
            "s%d_%d -= tileSlope * TornadoMath.abs(distance + %d * keyStride - %d * queryStride);",
            i, j, keyOffset(j), i);
      }
    }
    text.line("}");
    text.line("if (partial != 0) {");
    hideScores();
    text.line("}");
  }

  private void hideScores() {
    for (int j = 0; j < KEYS; j++) {
      text.line("int beyond%d = tx * %d + %d < keyCount ? 0 : 1;", j, VECTOR, keyOffset(j));
    }
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        String hidden = "h%d_%d".formatted(i, j);
        text.line("int %s = beyond%d;", hidden, j);
        text.line("if (masked != 0) {");
        text.line(
            "int d%d_%d = distance + %d * keyStride - %d * queryStride;", i, j, keyOffset(j), i);
        text.line("%s = d%d_%d < lowest ? %s | (1 - free) : %s;", hidden, i, j, hidden, hidden);
        text.line("%s = d%d_%d > highest ? %s | (1 - free) : %s;", hidden, i, j, hidden, hidden);
        text.line("}");
        text.line("s%d_%d = %s != 0 ? none : s%d_%d;", i, j, hidden, i, j);
      }
    }
  }

  /** A thread's part of the rows' maxima, to local memory. */
  void maxima() {
    text.line("// NaN scores are no maximum: max takes the other one.");
    for (int i = 0; i < ROWS; i++) {
      text.line("float x%d = TornadoMath.max(none, s%d_0);", i, i);
      for (int j = 1; j < KEYS; j++) {
        text.line("x%1$d = TornadoMath.max(x%1$d, s%1$d_%2$d);", i, j);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      text.line("rs[tx * %d + ty * %d + %d] = x%d;", PARTIAL_STRIDE, VECTOR, i, i);
    }
  }

  /** Turns scores into weights relative to the row's maximum, in local memory. */
  void weights() {
    for (int i = 0; i < ROWS; i++) {
      text.line("float n%1$d = m%1$d;", i);
    }
    for (int x = 0; x < KEY_THREADS; x++) {
      for (int i = 0; i < ROWS; i++) {
        text.line("float y%d_%d = rs[ty * %d + %d];", i, x, VECTOR, x * PARTIAL_STRIDE + i);
      }
      for (int i = 0; i < ROWS; i++) {
        text.line("n%1$d = TornadoMath.max(n%1$d, y%1$d_%2$d);", i, x);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      text.line("// A row that has seen no key: any finite reference makes all weights 0.");
      text.line("float r%1$d = TornadoMath.max(n%1$d, -Float.MAX_VALUE);", i);
      text.line("float f%1$d = TornadoMath.exp(m%1$d - r%1$d);", i);
      text.line("m%1$d = n%1$d;", i);
      text.line("l%1$d *= f%1$d;", i);
    }
    rescale();
    text.line("int weightTo = tx * %d + ((ty ^ ((tx << 1) & 14)) << 2);", VECTOR * TILE);
    for (int j = 0; j < KEYS; j++) {
      for (int i = 0; i < ROWS; i++) {
        text.line("s%1$d_%2$d = TornadoMath.exp(s%1$d_%2$d - r%1$d);", i, j);
        text.line("l%1$d += s%1$d_%2$d;", i, j);
      }
      for (int i = 0; i < ROWS; i++) {
        text.line("ps[weightTo + %d] = s%d_%d;", keyOffset(j) * TILE + i, i, j);
      }
    }
  }

  /** An accumulator in registers; one in global memory is rescaled where it is read. */
  private void rescale() {
    if (!form.sameRows()) {
      text.line("if (tx == 0) {");
      for (int i = 0; i < ROWS; i++) {
        text.line("fs[ty * %d + %d] = f%d;", VECTOR, i, i);
      }
      text.line("}");
    } else if (!form.dynamic()) {
      for (int i = 0; i < ROWS; i++) {
        for (int e = 0; e < form.columns(); e++) {
          text.line("%s *= f%d;", out(i, e), i);
        }
      }
    }
  }

  void dropWeights() {
    text.line("if (dropping != 0) {");
    text.line("float keep = scalars.get(KernelShape.KEEP_SCALE);");
    text.line("int threshold = shape.get(KernelShape.DROP_THRESHOLD);");
    text.line("for (int n = lid; n < %d; n += %d) {", TILE * TILE, THREADS);
    text.line("int j = n >> 6;");
    text.line("int r = ((((n >> 2) & 15) ^ ((j >> 1) & 14)) << 2) | (n & 3);");
    text.line("int queryId = (query + r * queryStride) | (queryJoint << 31);");
    text.line("int keyId = (key + j * keyStride) | (keyJoint << 31);");
    text.line("int low = shape.get(KernelShape.SEED_LOW);");
    text.line("int high = shape.get(KernelShape.SEED_HIGH);");
    text.line("int random = KernelMath.philox(keyId, queryId, head, low, high, dropping);");
    text.line("float kept = ps[n] * keep;");
    text.line("// Not a product with 0: a dropped NaN is gone, too.");
    text.line("ps[n] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;");
    text.line("}");
    text.line("c.localBarrier();");
    text.line("}");
  }

  /** V's NaN and infinities were replaced by 0: adds them where they are seen. */
  void addNonFinite(String firstColumn) {
    text.line("if (careful != 0) {");
    text.line("for (int j = 0; j < %d; j++) {", TILE);
    text.line(
        "int raw = ((kvHead * tiles + t) * %d + j) * %s + %s + ox * %d;",
        TILE, form.headDim(), firstColumn, VECTOR);
    text.line("int away = key + j * keyStride - position - oy * %d * queryStride;", VECTOR);
    for (int i = 0; i < form.rows(); i++) {
      text.line(
          "float w%d = ps[j * %d + (((oy + %d) ^ ((j >> 1) & 14)) << 2) + %d];",
          i, TILE, rowOffset(i) / VECTOR, i % VECTOR);
      text.line("int hide%d = j < keyCount ? 0 : 1;", i);
      text.line("if (masked != 0) {");
      text.line("int away%d = away - %d * queryStride;", i, rowOffset(i));
      text.line("hide%1$d = away%1$d < lowest ? hide%1$d | (1 - free) : hide%1$d;", i);
      text.line("hide%1$d = away%1$d > highest ? hide%1$d | (1 - free) : hide%1$d;", i);
      text.line("}");
      text.line("if (dropping != 0) {");
      text.line("hide%1$d = hide%1$d | (1 - KernelMath.positive(w%1$d));", i);
      text.line("}");
    }
    for (int e = 0; e < form.columns(); e++) {
      text.line(
          "float z%1$d = KernelMath.beyondFinite(v.get(raw + %2$d));", e, form.columnOffset(e));
      for (int i = 0; i < form.rows(); i++) {
        String out = out(i, e);
        text.line("%s = hide%d != 0 ? %s : %s + w%d * z%d;", out, i, out, out, i, e);
      }
    }
    text.line("}");
    text.line("}");
  }
}
