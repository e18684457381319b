package io.ringflash.engine.tornado;

import static io.ringflash.engine.tornado.FoldKernelForm.KEYS;
import static io.ringflash.engine.tornado.FoldKernelForm.KEY_THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.MAXIMA_STRIDE;
import static io.ringflash.engine.tornado.FoldKernelForm.ROWS;
import static io.ringflash.engine.tornado.FoldKernelForm.THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.TILE;
import static io.ringflash.engine.tornado.FoldKernelForm.VECTOR;

/** Writes one fold kernel. */
final class FoldKernelWriter {
  /** Steps of a product that are written out in the body of its loop. */
  static final int UNROLL = Integer.getInteger("unroll", 8);

  private final FoldKernelForm form;
  private final StringBuilder text = new StringBuilder();

  FoldKernelWriter(FoldKernelForm form) {
    this.form = form;
  }

  private void line(String format, Object... values) {
    text.append(values.length == 0 ? format : format.formatted(values)).append('\n');
  }

  String kernel() {
    line("");
    line("/** %s */", form.purpose());
    line("public static void %s(", form.name());
    line(PARAMETERS);
    line(") {");
    placeInGrid();
    localMemory();
    loadState();
    if (form.queriesStay()) {
      line("for (int i = lid; i < %d; i += %d) {", TILE * form.width(), THREADS);
      line("qs[i] = q.get(queryFrom + i);");
      line("}");
    }
    visibleTiles();
    line("int staged = -1;");
    line("for (int t = first; t <= last; t++) {");
    classifyTile();
    line("if (visible != 0) {");
    line("int keyFrom = (kvHead * tiles + t) * %d * %s + lid;", TILE, form.headDim());
    if (!form.dynamic()) {
      line("int nextFrom = t < last ? keyFrom + %d : keyFrom;", TILE * form.width());
    }
    carefulness();
    line("if (staged != t) {");
    declareCopies();
    readScores("keyFrom", "0");
    store("0");
    line("c.localBarrier();");
    line("}");
    line("staged = t + 1;");
    if (form.whole()) {
      wholeScores();
    } else {
      scores();
    }
    modifyScores();
    line("// NaN scores are no maximum.");
    maxima();
    line("c.localBarrier();");
    weights();
    line("c.localBarrier();");
    if (form.whole()) {
      for (int u = 0; u < copies(); u++) {
        line("rs[lid + %d] = b%d;", u * THREADS, u);
      }
      line("if (careful != 0) {");
      makeFinite("0");
      line("}");
      line("c.localBarrier();");
    }
    dropWeights();
    if (form.whole()) {
      wholeValues();
    } else {
      addValues();
    }
    line("}");
    line("}");
    storeState();
    line("}");
    return text.toString();
  }

  private void placeInGrid() {
    line("int lid = c.localIdx;");
    line("// Pairs of threads share an address, of keys or of rows: a 128-bit load takes half the time.");
    line("int tx = (lid & 1) | ((lid >> 1) & 6);");
    line("int ty = ((lid >> 1) & 1) | ((lid >> 4) << 1);");
    if (form.sameRows()) {
      line("int ox = tx;");
      line("int oy = ty;");
    } else {
      line("int ox = tx | ((lid >> 2) & 8);");
      line("int oy = (ty & 3) | ((lid >> 4) & 4);");
    }
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
    line("int row = (head * rowTiles + rowTile) * %d;", TILE);
    line("float none = scalars.get(KernelShape.NONE);");
    line("float slope = 0f;");
    line("if (biased != 0) {");
    line("slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);");
    line("}");
    line("int tiles = keyTiles.get(TileTable.TILES);");
    if (form.dynamic()) {
      line("int headDim = keyTiles.get(TileTable.PADDED);");
    }
    line("int queryFrom = row * %s;", form.headDim());
  }

  private void localMemory() {
    if (!form.whole()) {
      line("float[] stage = c.allocateFloatLocalArray(%d);", 2 * form.stage());
    }
    line("float[] ps = c.allocateFloatLocalArray(%d);", TILE * TILE);
    line(
        "float[] rs = c.allocateFloatLocalArray(%d);",
        form.whole() ? TILE * TILE : KEY_THREADS * MAXIMA_STRIDE);
    if (!form.sameRows()) {
      line("float[] fs = c.allocateFloatLocalArray(%d);", TILE);
    }
    if (form.queriesStay()) {
      line("float[] qs = c.allocateFloatLocalArray(%d);", TILE * form.width());
    }
    if (!form.whole()) {
      line("int[] bounds = c.allocateIntLocalArray(%d);", 2 * THREADS);
    }
  }

  /**
   * The accumulator comes through local memory, in a loop. Were each element read and written by an
   * index of its own, their addresses would stay in registers all the while.
   */
  private void loadState() {
    for (int i = 0; i < ROWS; i++) {
      line("float m%d = maxima.get(row + ty * %d + %d);", i, VECTOR, i);
      line("float l%d = tx == 0 ? sums.get(row + ty * %d + %d) : 0f;", i, VECTOR, i);
    }
    if (form.dynamic()) {
      return;
    }
    for (int part = 0; part < form.width() / TILE; part++) {
      copyAccumulator(part, "ps[%s] = acc.get(%s);");
      line("c.localBarrier();");
      for (int i = 0; i < form.rows(); i++) {
        for (int e = 0; e < form.columns(); e++) {
          if (inPart(e, part)) {
            line("float %s = ps[%s];", out(i, e), localOut(i, e));
          }
        }
      }
      line("c.localBarrier();");
    }
  }

  private void storeState() {
    if (!form.dynamic()) {
      for (int part = 0; part < form.width() / TILE; part++) {
        line("c.localBarrier();");
        for (int i = 0; i < form.rows(); i++) {
          for (int e = 0; e < form.columns(); e++) {
            if (inPart(e, part)) {
              line("ps[%s] = %s;", localOut(i, e), out(i, e));
            }
          }
        }
        line("c.localBarrier();");
        copyAccumulator(part, "acc.set(%2$s, ps[%1$s]);");
      }
    }
    line("c.localBarrier();");
    for (int i = 0; i < ROWS; i++) {
      line("rs[tx * %d + ty * %d + %d] = l%d;", MAXIMA_STRIDE, VECTOR, i, i);
      line("if (tx == 0) {");
      line("ps[ty * %d + %d] = m%d;", VECTOR, i, i);
      line("}");
    }
    line("c.localBarrier();");
    line("if (lid < %d) {", TILE);
    line("float sum = 0f;");
    for (int x = 0; x < KEY_THREADS; x++) {
      line("sum += rs[lid + %d];", x * MAXIMA_STRIDE);
    }
    line("maxima.set(row + lid, ps[lid]);");
    line("sums.set(row + lid, sum);");
    line("}");
  }

  /** Copies 64 columns of the accumulator; the format takes the local and the global index. */
  private void copyAccumulator(int part, String format) {
    line("for (int i = lid; i < %d; i += %d) {", TILE * TILE, THREADS);
    line(
        format,
        "i",
        form.width() == TILE
            ? "queryFrom + i"
            : "queryFrom + ((i >> 6) * %d) + %d + (i & 63)".formatted(form.width(), part * TILE));
    line("}");
  }

  /** Whether a thread's column belongs to a part of 64 columns. */
  private boolean inPart(int e, int part) {
    return columnOffset(e) / TILE == part;
  }

  private String localOut(int i, int e) {
    return "(oy * %d + %d) * %d + ox * %d + %d"
        .formatted(VECTOR, rowOffset(i), TILE, VECTOR, columnOffset(e) % TILE);
  }

  /** Finds the first and the last tile that a mask leaves visible. */
  private void visibleTiles() {
    line("int first = 0;");
    line("int last = tiles - 1;");
    line("if (masked != 0) {");
    line("first = tiles;");
    line("last = -1;");
    line("for (int t = lid; t < tiles; t += %d) {", THREADS);
    classifyTile();
    line("int seen = visible != 0 ? t : first;");
    line("first = TornadoMath.min(first, seen);");
    line("last = visible != 0 ? t : last;");
    line("}");
    if (form.whole()) {
      line("rs[lid] = first;");
      line("rs[%d + lid] = last;", THREADS);
      line("c.localBarrier();");
      line("for (int step = %d; step > 0; step >>= 1) {", THREADS / 2);
      line("if (lid < step) {");
      line("rs[lid] = TornadoMath.min(rs[lid], rs[lid + step]);");
      line("int high = %d + lid;", THREADS);
      line("rs[high] = TornadoMath.max(rs[high], rs[high + step]);");
      line("}");
      line("c.localBarrier();");
      line("}");
      line("first = (int) rs[0];");
      line("last = (int) rs[%d];", THREADS);
      line("c.localBarrier();");
      line("}");
      return;
    }
    line("bounds[lid] = first;");
    line("bounds[%d + lid] = last;", THREADS);
    line("c.localBarrier();");
    line("for (int step = %d; step > 0; step >>= 1) {", THREADS / 2);
    line("if (lid < step) {");
    line("bounds[lid] = TornadoMath.min(bounds[lid], bounds[lid + step]);");
    line("int high = %d + lid;", THREADS);
    line("bounds[high] = TornadoMath.max(bounds[high], bounds[high + step]);");
    line("}");
    line("c.localBarrier();");
    line("}");
    line("first = bounds[0];");
    line("last = bounds[%d];", THREADS);
    line("}");
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

  /** Whether this tile holds a NaN or infinity in V that must not reach rows which don't see it. */
  private void carefulness() {
    line("int careful = partial;");
    line("if (dropping != 0) {");
    line("careful = 1;");
    line("}");
    line("int stamp = nonFinite.get(kvHead * tiles + t);");
    line("careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);");
  }

  /** Elements of a stage that a thread copies. */
  private int copies() {
    return form.stage() / THREADS;
  }

  private void declareCopies() {
    for (int u = 0; u < copies(); u++) {
      line("float a%d;", u);
    }
  }

  /** Reads a chunk of K, and of Q if it does not stay. */
  private void readScores(String from, String chunk) {
    int step = form.depth() * TILE;
    line("int keyChunk = %s + (%s) * %d;", from, chunk, step);
    for (int u = 0; u < step / THREADS; u++) {
      line("a%d = k.get(keyChunk + %d);", u, u * THREADS);
    }
    if (!form.queriesStay()) {
      line("int queryChunk = queryFrom + lid + (%s) * %d;", chunk, step);
      for (int u = 0; u < step / THREADS; u++) {
        line("a%d = q.get(queryChunk + %d);", u + step / THREADS, u * THREADS);
      }
    }
  }

  /** Reads a chunk of V. */
  private void readValues(String chunk) {
    if (form.dynamic()) {
      line("int valueChunk = valueFrom + (%s) * %d;", chunk, form.width());
    } else {
      line("int valueChunk = keyFrom + (%s) * %d;", chunk, form.keys() * form.width());
    }
    for (int u = 0; u < copies(); u++) {
      if (form.dynamic()) {
        line("a%d = v.get(valueChunk + %d * headDim);", u, u * THREADS / form.width());
      } else {
        line("a%d = v.get(valueChunk + %d);", u, u * THREADS);
      }
    }
  }

  private void store(String at) {
    for (int u = 0; u < copies(); u++) {
      line("%s[%s + lid + %d] = a%d;", stageName(), at, u * THREADS, u);
    }
  }

  /** Replaces the NaN and infinities that this thread just stored. */
  private void makeFinite(String at) {
    line("for (int i = lid; i < %d; i += %d) {", form.stage(), THREADS);
    line("float value = %s[%s + i];", valueName(), at);
    line("%s[%s + i] = KernelMath.finite(value) != 0 ? value : 0f;", valueName(), at);
    line("}");
  }

  private String stageName() {
    return form.whole() ? "ps" : "stage";
  }

  private String valueName() {
    return form.whole() ? "rs" : "stage";
  }

  private void wholeScores() {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line("float s%d_%d = 0f;", i, j);
      }
    }
    line("{");
    scoreProduct("0", "0");
    line("}");
    for (int u = 0; u < copies(); u++) {
      line("float b%d = v.get(keyFrom + %d);", u, u * THREADS);
    }
  }

  private void wholeValues() {
    line("{");
    declareCopies();
    readScores("nextFrom", "0");
    valueProduct("0", "0");
    addNonFinite("0");
    line("c.localBarrier();");
    store("0");
    line("c.localBarrier();");
    line("}");
  }

  private void scores() {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line("float s%d_%d = 0f;", i, j);
      }
    }
    if (form.dynamic()) {
      line("int chunks = headDim / %d;", form.depth());
      line(
          "int valueFrom = ((kvHead * tiles + t) * %d + (lid >> 5)) * headDim + (lid & 31);", TILE);
    }
    String chunks = form.dynamic() ? "chunks" : Integer.toString(form.scoreChunks());
    line("for (int n = 0; n < %s - 1; n++) {", chunks);
    line("int from = (n & 1) * %d;", form.stage());
    declareCopies();
    readScores("keyFrom", "n + 1");
    scoreProduct("from", "n");
    store("%d - from".formatted(form.stage()));
    line("c.localBarrier();");
    line("}");
    line("{");
    declareCopies();
    readValues("0");
    scoreProduct(Integer.toString(form.stage()), "(%s - 1)".formatted(chunks));
    store("0");
    line("}");
    line("if (careful != 0) {");
    makeFinite("0");
    line("}");
  }

  private void scoreProduct(String at, String chunk) {
    int step = form.depth() * TILE;
    line("int kb = %s + tx * %d;", at, VECTOR);
    String queries = form.queriesStay() ? "qs" : "stage";
    if (form.queriesStay()) {
      line("int qb = %s * %d + ty * %d;", chunk, step, VECTOR);
    } else {
      line("int qb = %s + %d + ty * %d;", at, step, VECTOR);
    }
    line("for (int d = 0; d < %d; d += %d) {", form.depth(), UNROLL);
    for (int u = 0; u < UNROLL; u++) {
      for (int j = 0; j < KEYS; j++) {
        line("float k%d_%d = %s[kb + %d];", u, j, stageName(), u * TILE + keyOffset(j));
      }
      for (int i = 0; i < ROWS; i++) {
        line("float q%d_%d = %s[qb + %d];", u, i, queries, u * TILE + i);
      }
      for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < KEYS; j++) {
          line("s%d_%d += q%d_%d * k%d_%d;", i, j, u, i, u, j);
        }
      }
    }
    line("kb += %d;", UNROLL * TILE);
    line("qb += %d;", UNROLL * TILE);
    line("}");
  }

  private void modifyScores() {
    line("if (capped != 0) {");
    line("float cap = scalars.get(KernelShape.SOFTCAP);");
    eachScore("s%1$d_%2$d = KernelMath.capped(s%1$d_%2$d, cap);");
    line("}");
    line("// Distance of the thread's first key from its first row.");
    line("int distance = key + tx * %d * keyStride - position - ty * %d * queryStride;", VECTOR, VECTOR);
    line("if (biased != 0) {");
    line("float tileSlope = keyJoint != 0 ? 0f : slope;");
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        line(
            "s%d_%d -= tileSlope * TornadoMath.abs(distance + %d * keyStride - %d * queryStride);",
            i, j, keyOffset(j), i);
      }
    }
    line("}");
    line("if (partial != 0) {");
    for (int j = 0; j < KEYS; j++) {
      line("int beyond%d = tx * %d + %d < keyCount ? 0 : 1;", j, VECTOR, keyOffset(j));
    }
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < KEYS; j++) {
        String hidden = "h%d_%d".formatted(i, j);
        line("int %s = beyond%d;", hidden, j);
        line("if (masked != 0) {");
        line("int d%d_%d = distance + %d * keyStride - %d * queryStride;", i, j, keyOffset(j), i);
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

  private void maxima() {
    for (int i = 0; i < ROWS; i++) {
      line("float x%d = TornadoMath.max(none, s%d_0);", i, i);
      for (int j = 1; j < KEYS; j++) {
        line("x%1$d = TornadoMath.max(x%1$d, s%1$d_%2$d);", i, j);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      line("rs[tx * %d + ty * %d + %d] = x%d;", MAXIMA_STRIDE, VECTOR, i, i);
    }
  }

  /** Turns scores into weights relative to the row's maximum, in local memory. */
  private void weights() {
    for (int i = 0; i < ROWS; i++) {
      line("float n%1$d = m%1$d;", i);
    }
    for (int x = 0; x < KEY_THREADS; x++) {
      for (int i = 0; i < ROWS; i++) {
        line("float y%d_%d = rs[ty * %d + %d];", i, x, VECTOR, x * MAXIMA_STRIDE + i);
      }
      for (int i = 0; i < ROWS; i++) {
        line("n%1$d = TornadoMath.max(n%1$d, y%1$d_%2$d);", i, x);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      line("// A row that has seen no key: any finite reference makes all weights 0.");
      line("float r%1$d = TornadoMath.max(n%1$d, -Float.MAX_VALUE);", i);
      line("float f%1$d = TornadoMath.exp(m%1$d - r%1$d);", i);
      line("m%1$d = n%1$d;", i);
      line("l%1$d *= f%1$d;", i);
    }
    if (form.sameRows()) {
      if (!form.dynamic()) {
        for (int i = 0; i < ROWS; i++) {
          for (int e = 0; e < form.columns(); e++) {
            line("%s *= f%d;", out(i, e), i);
          }
        }
      }
    } else {
      line("if (tx == 0) {");
      for (int i = 0; i < ROWS; i++) {
        line("fs[ty * %d + %d] = f%d;", VECTOR, i, i);
      }
      line("}");
    }
    line("int weightTo = tx * %d + ((ty ^ ((tx << 1) & 14)) << 2);", VECTOR * TILE);
    for (int j = 0; j < KEYS; j++) {
      for (int i = 0; i < ROWS; i++) {
        line("s%1$d_%2$d = TornadoMath.exp(s%1$d_%2$d - r%1$d);", i, j);
        line("l%1$d += s%1$d_%2$d;", i, j);
      }
      for (int i = 0; i < ROWS; i++) {
        line("ps[weightTo + %d] = s%d_%d;", keyOffset(j) * TILE + i, i, j);
      }
    }
  }

  private void dropWeights() {
    line("if (dropping != 0) {");
    line("float keep = scalars.get(KernelShape.KEEP_SCALE);");
    line("int threshold = shape.get(KernelShape.DROP_THRESHOLD);");
    line("for (int n = lid; n < %d; n += %d) {", TILE * TILE, THREADS);
    line("int j = n >> 6;");
    line("int r = ((((n >> 2) & 15) ^ ((j >> 1) & 14)) << 2) | (n & 3);");
    line("int queryId = (query + r * queryStride) | (queryJoint << 31);");
    line("int keyId = (key + j * keyStride) | (keyJoint << 31);");
    line("int random = KernelMath.philox(");
    line(
        "keyId, queryId, head, shape.get(KernelShape.SEED_LOW), shape.get(KernelShape.SEED_HIGH), dropping);");
    line("float kept = ps[n] * keep;");
    line("// Not a product with 0: a dropped NaN is gone, too.");
    line("ps[n] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;");
    line("}");
    line("c.localBarrier();");
    line("}");
  }

  private void addValues() {
    if (form.dynamic()) {
      line("for (int at = 0; at < headDim; at += %d) {", form.width());
      line("int part = at / %d;", form.width());
      line("int from = (part & 1) * %d;", form.stage());
      for (int i = 0; i < form.rows(); i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("float %s = acc.get(%s) * f%d;", out(i, e), accIndex(i, e), i);
        }
      }
      line("int more = part + 1 < headDim / %d ? part + 1 : part;", form.width());
      declareCopies();
      readValues("more");
      valueProduct("from", "0");
      line("int to = %d - from;", form.stage());
      store("to");
      line("if (careful != 0) {");
      makeFinite("to");
      line("}");
      addNonFinite("at");
      for (int i = 0; i < form.rows(); i++) {
        for (int e = 0; e < form.columns(); e++) {
          line("acc.set(%s, %s);", accIndex(i, e), out(i, e));
        }
      }
      line("c.localBarrier();");
      line("}");
      line("staged = -1;");
      return;
    }
    if (!form.sameRows()) {
      for (int i = 0; i < form.rows(); i++) {
        line("float g%d = fs[oy * %d + %d];", i, VECTOR, rowOffset(i));
        for (int e = 0; e < form.columns(); e++) {
          line("%s *= g%d;", out(i, e), i);
        }
      }
    }
    int chunks = form.valueChunks();
    int groups = form.keys() / VECTOR;
    line("for (int n = 0; n < %d; n++) {", chunks - 1);
    line("int from = (n & 1) * %d;", form.stage());
    declareCopies();
    readValues("n + 1");
    valueProduct("from", "n * %d".formatted(groups));
    line("int to = %d - from;", form.stage());
    store("to");
    line("if (careful != 0) {");
    makeFinite("to");
    line("}");
    line("c.localBarrier();");
    line("}");
    line("{");
    declareCopies();
    readScores("nextFrom", "0");
    valueProduct(Integer.toString(form.stage()), Integer.toString((chunks - 1) * groups));
    store("0");
    line("c.localBarrier();");
    line("}");
    addNonFinite("0");
  }

  private void valueProduct(String at, String firstGroup) {
    int groups = Math.max(1, Math.min(form.keys(), UNROLL) / VECTOR);
    line("int vb = %s + ox * %d;", at, VECTOR);
    line("for (int g = %s; g < %s + %d; g += %d) {", firstGroup, firstGroup, form.keys() / VECTOR, groups);
    for (int u = 0; u < groups; u++) {
      line("int swap%d = oy ^ (((g + %d) << 1) & 14);", u, u);
      line("int pb%d = (g + %d) * %d + (swap%d << 2);", u, u, VECTOR * TILE, u);
      if (!form.sameRows()) {
        line("int pc%d = (g + %d) * %d + ((swap%d ^ 8) << 2);", u, u, VECTOR * TILE, u);
      }
      for (int key = 0; key < VECTOR; key++) {
        String id = "%d_%d".formatted(u, key);
        for (int i = 0; i < form.rows(); i++) {
          line("float p%s_%d = ps[%s%d + %d];", id, i, i < VECTOR ? "pb" : "pc", u, key * TILE + i % VECTOR);
        }
        for (int e = 0; e < form.columns(); e++) {
          line("float v%s_%d = %s[vb + %d];", id, e, valueName(), (u * VECTOR + key) * form.width() + columnOffset(e));
        }
        for (int i = 0; i < form.rows(); i++) {
          for (int e = 0; e < form.columns(); e++) {
            line("%s += p%s_%d * v%s_%d;", out(i, e), id, i, id, e);
          }
        }
      }
    }
    line("vb += %d;", groups * VECTOR * form.width());
    line("}");
  }

  /** V's NaN and infinities were replaced by 0 above: add them where they are seen. */
  private void addNonFinite(String firstColumn) {
    line("if (careful != 0) {");
    line("for (int n = 0; n < %d; n++) {", TILE);
    line(
        "int from%s = ((kvHead * tiles + t) * %d + n) * %s + %s + ox * %d;",
        "V", TILE, form.headDim(), firstColumn, VECTOR);
    line("int away = key + n * keyStride - position - oy * %d * queryStride;", VECTOR);
    for (int i = 0; i < form.rows(); i++) {
      line(
          "float w%d = ps[n * %d + (((oy + %d) ^ ((n >> 1) & 14)) << 2) + %d];",
          i, TILE, rowOffset(i) / VECTOR, i % VECTOR);
      line("int hide%d = n < keyCount ? 0 : 1;", i);
      line("if (masked != 0) {");
      line("int away%d = away - %d * queryStride;", i, rowOffset(i));
      line("hide%1$d = away%1$d < lowest ? hide%1$d | (1 - free) : hide%1$d;", i);
      line("hide%1$d = away%1$d > highest ? hide%1$d | (1 - free) : hide%1$d;", i);
      line("}");
      line("if (dropping != 0) {");
      line("hide%1$d = hide%1$d | (1 - KernelMath.positive(w%1$d));", i);
      line("}");
    }
    for (int d = 0; d < form.columns(); d++) {
      line("float z%d = v.get(fromV + %d);", d, columnOffset(d));
      line("z%1$d = KernelMath.beyondFinite(z%1$d);", d);
      for (int i = 0; i < form.rows(); i++) {
        String out = out(i, d);
        line("%s = hide%d != 0 ? %s : %s + w%d * z%d;", out, i, out, out, i, d);
      }
    }
    line("}");
    line("}");
  }

  private static String out(int i, int e) {
    return "o%d_%d".formatted(i, e);
  }

  /** A thread's keys: four neighbours, then the four 32 keys on. */
  private static int keyOffset(int j) {
    return j / VECTOR * (TILE / 2) + j % VECTOR;
  }

  /** A thread's rows of the output: four neighbours, then the four 32 rows on. */
  private static int rowOffset(int i) {
    return i / VECTOR * (TILE / 2) + i % VECTOR;
  }

  /** A thread's columns: four neighbours, then the four half the width on. */
  private int columnOffset(int e) {
    return e / VECTOR * (form.width() / 2) + e % VECTOR;
  }

  private String accIndex(int i, int e) {
    return "(row + oy * %d + %d) * headDim + at + ox * %d + %d"
        .formatted(VECTOR, rowOffset(i), VECTOR, columnOffset(e));
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
}
