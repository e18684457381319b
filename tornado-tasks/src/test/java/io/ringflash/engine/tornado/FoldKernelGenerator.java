package io.ringflash.engine.tornado;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code FoldKernels.java}. TornadoVM turns private arrays into slow local memory on PTX and
 * into invalid code on SPIR-V, so a thread's part of a tile has to be scalar variables; no one
 * should write or review those by hand.
 *
 * <p>Run {@link #main} after a change and format the build; a test compares.
 */
final class FoldKernelGenerator {
  /** Rows of a query tile, and keys of a key tile. */
  private static final int TILE = 64;

  private static final int THREADS = 128;

  /** Threads along the keys and the columns of V. */
  private static final int TX = 8;

  /** Threads along the rows. */
  private static final int TY = THREADS / TX;

  /** Rows of one thread: ty, ty + 16, … */
  private static final int ROWS = TILE / TY;

  /** Keys of one thread: tx, tx + 8, … */
  private static final int KEYS = TILE / TX;

  /** Elements of a 128-bit load from local memory. */
  private static final int VECTOR = 4;

  /** Global loads that one thread has under way while it stages a tile. */
  private static final int LOADS = 8;

  /**
   * One kernel.
   *
   * @param width columns of Q, K and V that lie in local memory at once
   * @param chunks of {@code width} columns in a head; 0 if the kernel learns it from an argument
   *     and leaves the accumulator in global memory
   */
  private record Form(String name, String purpose, int width, int chunks) {
    boolean dynamic() {
      return chunks == 0;
    }

    /** Columns of one thread in a chunk. */
    int columns() {
      return width / TX;
    }

    /** Whether Q fits into local memory for the whole kernel. */
    boolean queriesStay() {
      return chunks == 1;
    }

    String headDim() {
      return dynamic() ? "headDim" : Integer.toString(width * chunks);
    }
  }

  private static final List<Form> FORMS =
      List.of(
          new Form("foldAny", "Any head dimension, a multiple of 32 with padding.", 32, 0),
          new Form("fold64", "Head dimensions up to 64, padded to 64.", 64, 1),
          new Form("fold128", "Head dimensions up to 128, padded to 128.", 64, 2));

  private final StringBuilder text = new StringBuilder();

  private FoldKernelGenerator() {}

  /**
   * Rewrites the kernels.
   *
   * @param args the file
   */
  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of(args[0]), source());
  }

  static String source() {
    FoldKernelGenerator generator = new FoldKernelGenerator();
    generator.line(HEAD);
    for (Form form : FORMS) {
      generator.kernel(form);
    }
    generator.line("}");
    return generator.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(values.length == 0 ? format : format.formatted(values)).append('\n');
  }

  private void kernel(Form form) {
    line("");
    line("/** %s */", form.purpose());
    line("public static void %s(", form.name());
    line(PARAMETERS);
    line(") {");
    placeInGrid(form);
    localMemory(form);
    loadState(form);
    if (form.queriesStay()) {
      stageQueries(form, "0");
    }
    line("for (int t = 0; t < tiles; t++) {");
    classifyTile();
    line("if (visible != 0) {");
    scores(form);
    modifyScores();
    weights(form);
    dropWeights();
    addValues(form);
    line("}");
    line("}");
    storeState(form);
    line("}");
  }

  private void placeInGrid(Form form) {
    line("int lid = c.localIdx;");
    line("int tx = lid & %d;", TX - 1);
    line("int ty = lid >> %d;", log2(TX));
    line("int rowHeads = shape.get(KernelShape.ROW_HEADS);");
    line("int rowTiles = queryTiles.get(TileTable.TILES);");
    line("int order = KernelMath.quotient(c.groupIdx, rowHeads);");
    line("int head = c.groupIdx - order * rowHeads;");
    line("// The last rows of a causal slice see most keys: begin with them, end with small work.");
    line("int rowTile = rowTiles - 1 - order;");
    line("int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));");
    line("int lowest = shape.get(KernelShape.LOWEST_OFFSET);");
    line("int highest = shape.get(KernelShape.HIGHEST_OFFSET);");
    line("int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;");
    line("int query = queryTiles.get(rowAt + TileTable.START);");
    line("int queryCount = queryTiles.get(rowAt + TileTable.COUNT);");
    line("int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);");
    line("int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);");
    line("int position = query + shape.get(KernelShape.QUERY_OFFSET);");
    line("int lastPosition = position + (queryCount - 1) * queryStride;");
    line("int row = (head * rowTiles + rowTile) * %d + ty;", TILE);
    line("float none = scalars.get(KernelShape.NONE);");
    line("float slope = 0f;");
    line("if (biased != 0) {");
    line("slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);");
    line("}");
    line("int tiles = keyTiles.get(TileTable.TILES);");
    if (form.dynamic()) {
      line("int headDim = keyTiles.get(TileTable.PADDED);");
    }
  }

  private void localMemory(Form form) {
    line("float[] qs = c.allocateFloatLocalArray(%d);", TILE * form.width());
    line("float[] ks = c.allocateFloatLocalArray(%d);", TILE * TILE);
    line("float[] vs = c.allocateFloatLocalArray(%d);", TILE * form.width());
    line("int txs = tx & 7;");
    line("int tys = ty & 7;");
    line(
        "// Weights are stored in 16 groups of four keys, exchanged so that rows miss each other's banks.");
    line("int swap = (ty << 1) & 15;");
    line("int column = lid & %d;", form.width() - 1);
    line("int lane = lid >> %d;", log2(form.width()));
  }

  /**
   * The accumulator comes through local memory, in a loop. Were each element read and written by an
   * index of its own, their addresses would stay in registers all the while.
   */
  private void loadState(Form form) {
    for (int i = 0; i < ROWS; i++) {
      line("float m%d = maxima.get(row + %d);", i, i * TY);
      line("float l%d = tx == 0 ? sums.get(row + %d) : 0f;", i, i * TY);
    }
    for (int ch = 0; ch < form.chunks(); ch++) {
      copyAccumulator(form, ch, "qs[%s] = acc.get(%s);");
      line("c.localBarrier();");
      for (int i = 0; i < ROWS; i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("float %s = qs[%s];", out(ch, i, e), localOut(form, i, e));
        }
      }
      line("c.localBarrier();");
    }
  }

  private void storeState(Form form) {
    for (int ch = 0; ch < form.chunks(); ch++) {
      for (int i = 0; i < ROWS; i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("qs[%s] = %s;", localOut(form, i, e), out(ch, i, e));
        }
      }
      line("c.localBarrier();");
      copyAccumulator(form, ch, "acc.set(%2$s, qs[%1$s]);");
      line("c.localBarrier();");
    }
    for (int i = 0; i < ROWS; i++) {
      line("ks[%s] = l%d;", partial(i, "tx"), i);
      line("if (tx == 0) {");
      line("vs[ty + %d] = m%d;", i * TY, i);
      line("}");
    }
    line("c.localBarrier();");
    line("if (lid < %d) {", TILE);
    line("float sum = 0f;");
    for (int x = 0; x < TX; x++) {
      line("sum += ks[lid * %d + %d];", TX, x);
    }
    line("int at = (head * rowTiles + rowTile) * %d + lid;", TILE);
    line("maxima.set(at, vs[lid]);");
    line("sums.set(at, sum);");
    line("}");
  }

  /** Copies a chunk of the accumulator; the format takes the local and the global index. */
  private void copyAccumulator(Form form, int chunk, String format) {
    int step = THREADS / form.width();
    line("for (int r = lane; r < %d; r += %d) {", TILE, step);
    line(
        format,
        "r * %d + column".formatted(form.width()),
        "((head * rowTiles + rowTile) * %d + r) * %s + %d + column"
            .formatted(TILE, form.headDim(), chunk * form.width()));
    line("}");
  }

  private static String localOut(Form form, int i, int e) {
    return "(ty + %d) * %d + tx * %d + %d".formatted(i * TY, form.width(), VECTOR, columnOffset(e));
  }

  private void classifyTile() {
    line("int keyAt = TileTable.HEADER + t * TileTable.ENTRY;");
    line("int key = keyTiles.get(keyAt + TileTable.START);");
    line("int keyCount = keyTiles.get(keyAt + TileTable.COUNT);");
    line("int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);");
    line("int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);");
    line("int free = queryJoint | keyJoint;");
    line("int visible = 1;");
    line("int partial = keyCount < %d ? 1 : 0;", TILE);
    line("if (masked != 0) {");
    line("int nearest = key - lastPosition;");
    line("int farthest = key + (keyCount - 1) * keyStride - position;");
    line("int bound = 1 - free;");
    line("partial = nearest < lowest ? partial | bound : partial;");
    line("partial = farthest > highest ? partial | bound : partial;");
    line("visible = farthest < lowest ? free : visible;");
    line("visible = nearest > highest ? free : visible;");
    line("}");
  }

  /** Copies a chunk of 64 rows into local memory, groups of four columns exchanged by row. */
  private void stageQueries(Form form, String firstColumn) {
    line("float scale = scalars.get(KernelShape.SCALE);");
    int step = THREADS / form.width();
    line(
        "int queryFrom = (head * rowTiles + rowTile) * %d * %s + column + %s;",
        TILE, form.headDim(), firstColumn);
    line("for (int r = lane; r < %d; r += %d) {", TILE, step);
    line("qs[%s] = q.get(queryFrom + r * %s) * scale;", swizzled(form, "r"), form.headDim());
    line("}");
  }

  private void scores(Form form) {
    line("int keyFrom = (kvHead * tiles + t) * %d * %s + column;", TILE, form.headDim());
    carefulness();
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line("float s%d_%d = 0f;", i, j);
      }
    }
    if (form.dynamic()) {
      line("for (int at = 0; at < headDim; at += %d) {", form.width());
      stageQueries(form, "at");
      stageKeys(form, "at");
      line("c.localBarrier();");
      scoreProduct(form);
      line("c.localBarrier();");
      line("}");
      return;
    }
    for (int ch = 0; ch < form.chunks(); ch++) {
      if (!form.queriesStay()) {
        line("{");
        stageQueries(form, Integer.toString(ch * form.width()));
        line("}");
      }
      line("{");
      stageKeys(form, Integer.toString(ch * form.width()));
      line("}");
      if (ch == 0) {
        line("{");
        stageValues(form, "vs", "0");
        line("}");
      }
      line("c.localBarrier();");
      scoreProduct(form);
      line("c.localBarrier();");
    }
  }

  /** Whether this tile holds a NaN or infinity in V that must not reach rows which don't see it. */
  private void carefulness() {
    line("int careful = partial;");
    line("if (dropping != 0) {");
    line("careful = 1;");
    line("}");
    line("int stamp = nonFinite.get(kvHead * tiles + t);");
    line("careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);");
  }

  private void stageKeys(Form form, String firstColumn) {
    stage(form, "k", firstColumn, u -> "ks[" + swizzled(form, "rr" + u) + "]");
  }

  private void stageValues(Form form, String target, String firstColumn) {
    stage(form, "v", firstColumn, u -> "%s[rr%d * %d + column]".formatted(target, u, form.width()));
    line("if (careful != 0) {");
    int step = THREADS / form.width();
    line("for (int r = lane; r < %d; r += %d) {", TILE, step);
    line("float value = %s[r * %d + column];", target, form.width());
    line("%s[r * %d + column] = KernelMath.finite(value) != 0 ? value : 0f;", target, form.width());
    line("}");
    line("}");
  }

  private void stage(
      Form form, String source, String firstColumn, java.util.function.IntFunction<String> target) {
    int step = THREADS / form.width();
    int loads = Math.min(LOADS, TILE / step);
    // From "lane", not 0: TornadoVM would unroll a loop of constant length altogether.
    line("for (int r = lane; r < %d; r += %d) {", TILE, step * loads);
    for (int u = 0; u < loads; u++) {
      line("int rr%d = r + %d;", u, u * step);
      line(
          "float in%d = %s.get(keyFrom + %s + rr%d * %s);",
          u, source, firstColumn, u, form.headDim());
    }
    for (int u = 0; u < loads; u++) {
      line("%s = in%d;", target.apply(u), u);
    }
    line("}");
  }

  private void scoreProduct(Form form) {
    line("for (int g = 0; g < %d; g++) {", form.width() / VECTOR);
    line("int kb = tx * %d + ((g ^ txs) << 2);", form.width());
    line("int qb = ty * %d + ((g ^ tys) << 2);", form.width());
    for (int j = 0; j < KEYS; j++) {
      for (int e = 0; e < VECTOR; e++) {
        line("float k%d_%d = ks[kb + %d];", j, e, j * TX * form.width() + e);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      for (int e = 0; e < VECTOR; e++) {
        line("float q%d_%d = qs[qb + %d];", i, e, i * TY * form.width() + e);
      }
      for (int e = 0; e < VECTOR; e++) {
        for (int j = 0; j < KEYS; j++) {
          line("s%d_%d += q%d_%d * k%d_%d;", i, j, i, e, j, e);
        }
      }
    }
    line("}");
  }

  private void modifyScores() {
    line("if (capped != 0) {");
    line("float cap = scalars.get(KernelShape.SOFTCAP);");
    eachScore("s%1$d_%2$d = KernelMath.capped(s%1$d_%2$d, cap);");
    line("}");
    line("// Distance of the thread's first key from its first row.");
    line("int distance = key + tx * keyStride - position - ty * queryStride;");
    line("if (biased != 0) {");
    line("float tileSlope = keyJoint != 0 ? 0f : slope;");
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line(
            "s%d_%d -= tileSlope * TornadoMath.abs(distance + %d * keyStride - %d * queryStride);",
            i, j, j * TX, i * TY);
      }
    }
    line("}");
    line("if (partial != 0) {");
    for (int j = 0; j < KEYS; j++) {
      line("int beyond%d = tx + %d < keyCount ? 0 : 1;", j, j * TX);
    }
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        String hidden = "h%d_%d".formatted(i, j);
        line("int %s = beyond%d;", hidden, j);
        line("if (masked != 0) {");
        line("int d%d_%d = distance + %d * keyStride - %d * queryStride;", i, j, j * TX, i * TY);
        line("%s = d%d_%d < lowest ? %s | (1 - free) : %s;", hidden, i, j, hidden, hidden);
        line("%s = d%d_%d > highest ? %s | (1 - free) : %s;", hidden, i, j, hidden, hidden);
        line("}");
        line("s%d_%d = %s != 0 ? none : s%d_%d;", i, j, hidden, i, j);
      }
    }
    line("}");
  }

  private void eachScore(String format) {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line(format, i, j);
      }
    }
  }

  /** Turns scores into weights relative to the row's maximum, in local memory. */
  private void weights(Form form) {
    line("// NaN scores are no maximum: max takes the other one.");
    for (int i = 0; i < ROWS; i++) {
      line("float x%d = s%d_0;", i, i);
      line("x%1$d = TornadoMath.max(x%1$d, none);", i);
      for (int j = 1; j < KEYS; j++) {
        line("x%1$d = TornadoMath.max(x%1$d, s%1$d_%2$d);", i, j);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      line("ks[%s] = x%d;", partial(i, "tx"), i);
    }
    line("c.localBarrier();");
    for (int i = 0; i < ROWS; i++) {
      line("float n%1$d = m%1$d;", i);
      for (int x = 0; x < TX; x++) {
        line("float y%d_%d = ks[%s];", i, x, partial(i, Integer.toString(x)));
        line("n%1$d = TornadoMath.max(n%1$d, y%1$d_%2$d);", i, x);
      }
      line("// A row that has seen no key: any finite reference makes all weights 0.");
      line("float r%1$d = TornadoMath.max(n%1$d, -Float.MAX_VALUE);", i);
      line("float f%1$d = TornadoMath.exp(m%1$d - r%1$d);", i);
      line("m%1$d = n%1$d;", i);
      line("l%1$d *= f%1$d;", i);
      for (int ch = 0; ch < form.chunks(); ch++) {
        for (int e = 0; e < form.columns(); e++) {
          line("%s *= f%d;", out(ch, i, e), i);
        }
      }
    }
    line("c.localBarrier();");
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line("s%1$d_%2$d = TornadoMath.exp(s%1$d_%2$d - r%1$d);", i, j);
        line("l%1$d += s%1$d_%2$d;", i, j);
        line(
            "ks[(ty + %d) * %d + (((((tx >> 2) + %d) ^ swap) << 2) | (tx & 3))] = s%d_%d;",
            i * TY, TILE, TX / VECTOR * j, i, j);
      }
    }
    for (int ch = 1; ch < form.chunks(); ch++) {
      line("// Q's place is free until the next tile.");
      line("{");
      stageValues(form, "qs", Integer.toString(ch * form.width()));
      line("}");
    }
    line("c.localBarrier();");
  }

  private void dropWeights() {
    line("if (dropping != 0) {");
    line("float keep = scalars.get(KernelShape.KEEP_SCALE);");
    line("int threshold = shape.get(KernelShape.DROP_THRESHOLD);");
    line("for (int n = lid; n < %d; n += %d) {", TILE * TILE, THREADS);
    line("int r = n >> %d;", log2(TILE));
    line("int j = n & %d;", TILE - 1);
    line("int at = r * %d + ((((j >> 2) ^ ((r << 1) & 15)) << 2) | (j & 3));", TILE);
    line("int queryId = (query + r * queryStride) | (queryJoint << 31);");
    line("int keyId = (key + j * keyStride) | (keyJoint << 31);");
    line("int random = KernelMath.philox(");
    line(
        "keyId, queryId, head, shape.get(KernelShape.SEED_LOW), shape.get(KernelShape.SEED_HIGH), dropping);");
    line("float kept = ks[at] * keep;");
    line("// Not a product with 0: a dropped NaN is gone, too.");
    line("ks[at] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;");
    line("}");
    line("c.localBarrier();");
    line("}");
  }

  private void addValues(Form form) {
    if (form.dynamic()) {
      line("for (int at = 0; at < headDim; at += %d) {", form.width());
      stageValues(form, "vs", "at");
      line("c.localBarrier();");
      for (int i = 0; i < ROWS; i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("float %s = acc.get(%s) * f%d;", out(0, i, e), accIndex(form, 0, i, e), i);
        }
      }
      valueProduct(form, 0, "vs");
      addNonFinite(form, 0, "at");
      for (int i = 0; i < ROWS; i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("acc.set(%s, %s);", accIndex(form, 0, i, e), out(0, i, e));
        }
      }
      line("c.localBarrier();");
      line("}");
      return;
    }
    for (int ch = 0; ch < form.chunks(); ch++) {
      valueProduct(form, ch, ch == 0 ? "vs" : "qs");
      addNonFinite(form, ch, Integer.toString(ch * form.width()));
    }
    line("c.localBarrier();");
  }

  private void valueProduct(Form form, int chunk, String source) {
    line("for (int g = 0; g < %d; g++) {", TILE / VECTOR);
    line("int pb = ty * %d + ((g ^ swap) << 2);", TILE);
    line("int vb = g * %d + tx * %d;", VECTOR * form.width(), VECTOR);
    for (int i = 0; i < ROWS; i++) {
      for (int e = 0; e < VECTOR; e++) {
        line("float p%d_%d = ks[pb + %d];", i, e, i * TY * TILE + e);
      }
    }
    for (int e = 0; e < VECTOR; e++) {
      for (int d = 0; d < form.columns(); d++) {
        line("float v%d_%d = %s[vb + %d];", e, d, source, e * form.width() + columnOffset(d));
      }
      for (int i = 0; i < ROWS; i++) {
        for (int d = 0; d < form.columns(); d++) {
          line("%s += p%d_%d * v%d_%d;", out(chunk, i, d), i, e, e, d);
        }
      }
    }
    line("}");
  }

  /** V's NaN and infinities were replaced by 0 above: add them where they are seen. */
  private void addNonFinite(Form form, int chunk, String firstColumn) {
    line("if (careful != 0) {");
    line("for (int n = 0; n < %d; n++) {", TILE);
    line(
        "int from = ((kvHead * tiles + t) * %d + n) * %s + %s + tx * %d;",
        TILE, form.headDim(), firstColumn, VECTOR);
    line("int away = key + n * keyStride - position - ty * queryStride;");
    for (int i = 0; i < ROWS; i++) {
      line(
          "float w%d = ks[(ty + %d) * %d + ((((n >> 2) ^ swap) << 2) | (n & 3))];",
          i, i * TY, TILE);
      line("int hide%d = n < keyCount ? 0 : 1;", i);
      line("if (masked != 0) {");
      line("int a%d = away - %d * queryStride;", i, i * TY);
      line("hide%1$d = a%1$d < lowest ? hide%1$d | (1 - free) : hide%1$d;", i);
      line("hide%1$d = a%1$d > highest ? hide%1$d | (1 - free) : hide%1$d;", i);
      line("}");
      line("if (dropping != 0) {");
      line("hide%1$d = hide%1$d | (1 - KernelMath.positive(w%1$d));", i);
      line("}");
    }
    for (int d = 0; d < form.columns(); d++) {
      line("float z%d = v.get(from + %d);", d, columnOffset(d));
      line("z%1$d = KernelMath.beyondFinite(z%1$d);", d);
      for (int i = 0; i < ROWS; i++) {
        String out = out(chunk, i, d);
        line("%s = hide%d != 0 ? %s : %s + w%d * z%d;", out, i, out, out, i, d);
      }
    }
    line("}");
    line("}");
  }

  /** Where a row's partial results of the eight threads lie in {@code ks}. */
  private static String partial(int i, String x) {
    return "(ty + %d) * %d + %s".formatted(i * TY, TX, x);
  }

  private static String swizzled(Form form, String row) {
    return "%s * %d + ((((column >> 2) ^ (%s & 7)) << 2) | (column & 3))"
        .formatted(row, form.width(), row);
  }

  private static String out(int chunk, int i, int e) {
    return "o%d_%d_%d".formatted(chunk, i, e);
  }

  /** A thread's columns in a chunk: four neighbours, then the next four 32 columns on. */
  private static int columnOffset(int e) {
    return e / VECTOR * TX * VECTOR + e % VECTOR;
  }

  private static String accIndex(Form form, int chunk, int i, int e) {
    String first = form.dynamic() ? "at" : Integer.toString(chunk * form.width());
    return "(row + %d) * %s + %s + tx * %d + %d"
        .formatted(i * TY, form.headDim(), first, VECTOR, columnOffset(e));
  }

  private static int log2(int powerOfTwo) {
    return Integer.numberOfTrailingZeros(powerOfTwo);
  }

  private static final String PARAMETERS =
      """
      KernelContext c,
      FloatArray q,
      FloatArray k,
      FloatArray v,
      FloatArray acc,
      FloatArray maxima,
      FloatArray sums,
      IntArray shape,
      FloatArray scalars,
      IntArray queryTiles,
      IntArray keyTiles,
      IntArray nonFinite,
      int masked,
      int capped,
      int biased,
      int dropping\
      """;

  private static final String HEAD =
      """
      package io.ringflash.engine.tornado;

      import uk.ac.manchester.tornado.api.KernelContext;
      import uk.ac.manchester.tornado.api.math.TornadoMath;
      import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
      import uk.ac.manchester.tornado.api.types.arrays.IntArray;

      /**
       * The kernels that fold a K/V block into the state of all queries. Generated by
       * FoldKernelGenerator, in the tests: change that.
       *
       * <p>A group of 128 threads takes 64 queries of one head and passes by all tiles of 64 keys (Dao et
       * al., "FlashAttention-2", 2023). A thread computes a part of 4 × 8 scores, then the same four
       * rows of the output for 4 columns in 32. Q, K, V and the weights lie in local memory, in groups of
       * four elements that are exchanged by row, so that rows miss each other's banks without padding.
       *
       * <p>Ladder. Registers are what {@code ptxas -arch=sm_90} makes of TornadoVM's PTX without masks;
       * TFLOP/s are FP32 on one H100, B1 S8192 H16, one fold through PTX / OpenCL.
       *
       * <pre>
       * version   idea                            expected                 outcome
       * foldAny   accumulator in global memory,   any head dimension in    145 registers
       *           Q and K staged 32 columns       one kernel
       *           at a time
       * fold64 1  accumulator in registers, Q     168 registers, as a      255 registers: the addresses
       *           stays in local memory           prototype without state  of 32 state elements stay live
       * fold64 2  state enters and leaves         168                      168
       *           through local memory
       * fold64 3  staging loops start at the      fewer, as TornadoVM no   128; 23.8 / 22.3 at D 64
       *           thread's row, not at 0          longer unrolls them
       * fold128   two chunks of 64 columns, Q     no spills                168 (226 with a mask);
       *           restaged for each tile, V's                              19.5 / 22.9 at D 128
       *           second half in Q's place
       * </pre>
       *
       * <p>Traps of TornadoVM 5.2.0: private arrays are slow on PTX and invalid on SPIR-V, so all parts of
       * tiles are scalars; loops in both branches of an {@code if} go wrong, so there are none; an
       * infinite constant becomes −1/0, which not every compiler takes for that, so −∞ comes from memory;
       * SPIR-V compares floats as integers in a conditional, so conditions are of integers; a conditional
       * that is compared with a constant may become a short circuit, which SPIR-V lacks, so flags are
       * joined by &amp; and |.
       */
      final class FoldKernels {
      private FoldKernels() {}\
      """;
}
