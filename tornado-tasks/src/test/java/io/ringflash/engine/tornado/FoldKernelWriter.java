package io.ringflash.engine.tornado;

import static io.ringflash.engine.tornado.FoldKernelForm.KEY_THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.PARTIAL_STRIDE;
import static io.ringflash.engine.tornado.FoldKernelForm.ROWS;
import static io.ringflash.engine.tornado.FoldKernelForm.THREADS;
import static io.ringflash.engine.tornado.FoldKernelForm.TILE;
import static io.ringflash.engine.tornado.FoldKernelForm.VECTOR;
import static io.ringflash.engine.tornado.FoldKernelForm.out;
import static io.ringflash.engine.tornado.FoldKernelForm.rowOffset;

/** Writes one fold kernel: who takes what, the state, and the loop over tiles of keys. */
final class FoldKernelWriter {
  private final FoldKernelForm form;
  private final KernelText text = new KernelText();
  private final FoldProductWriter products;
  private final FoldWeightWriter weights;

  FoldKernelWriter(FoldKernelForm form) {
    this.form = form;
    this.products = new FoldProductWriter(form, text);
    this.weights = new FoldWeightWriter(form, text);
  }

  String kernel() {
    text.line("");
    text.line("/** %s */", form.purpose());
    text.line("static void %s(", form.name());
    text.line(PARAMETERS);
    text.line(") {");
    placeInGrid();
    localMemory();
    loadState();
    if (form.wholeTiles()) {
      text.line("for (int i = lid; i < %d; i += %d) {", TILE * form.width(), THREADS);
      text.line("qs[i] = q.get(queryFrom + i);");
      text.line("}");
    }
    visibleTiles();
    text.line("int staged = -1;");
    text.line("for (int t = first; t <= last; t++) {");
    classifyTile();
    text.line("if (visible != 0) {");
    foldTile();
    text.line("}");
    text.line("}");
    storeState();
    text.line("}");
    return text.toString();
  }

  private void placeInGrid() {
    text.line("int lid = c.localIdx;");
    text.line(
        "// Lanes next to each other share an address, be it of keys or of rows: local memory");
    text.line("// then serves a warp's 128-bit load in two turns instead of four.");
    text.line("int tx = (lid & 1) | ((lid >> 1) & 6);");
    text.line("int ty = ((lid >> 1) & 1) | ((lid >> 4) << 1);");
    if (form.sameRows()) {
      text.line("int ox = tx;");
      text.line("int oy = ty;");
    } else {
      text.line("int ox = tx | ((lid >> 2) & 8);");
      text.line("int oy = (ty & 3) | ((lid >> 4) & 4);");
    }
    text.line("int rowHeads = shape.get(KernelShape.ROW_HEADS);");
    text.line("int rowTiles = queryTiles.get(TileTable.TILES);");
    text.line("int order = KernelMath.quotient(c.groupIdx, rowHeads);");
    text.line("int head = c.groupIdx - order * rowHeads;");
    text.line(
        "// The last rows of a causal slice see most keys: begin with them, end with small work.");
    text.line("int rowTile = rowTiles - 1 - order;");
    text.line("int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));");
    text.line("int lowest = shape.get(KernelShape.LOWEST_OFFSET);");
    text.line("int highest = shape.get(KernelShape.HIGHEST_OFFSET);");
    text.line("int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;");
    text.line("int query = queryTiles.get(rowAt + TileTable.START);");
    text.line("int queryCount = queryTiles.get(rowAt + TileTable.COUNT);");
    text.line("int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);");
    text.line("int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);");
    text.line("int position = query + shape.get(KernelShape.QUERY_OFFSET);");
    text.line("int lastPosition = position + (queryCount - 1) * queryStride;");
    text.line("int row = (head * rowTiles + rowTile) * %d;", TILE);
    text.line("float none = scalars.get(KernelShape.NONE);");
    text.line("float slope = 0f;");
    text.line("if (biased != 0) {");
    text.line("slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);");
    text.line("}");
    text.line("int tiles = keyTiles.get(TileTable.TILES);");
    if (form.dynamic()) {
      text.line("int headDim = keyTiles.get(TileTable.PADDED);");
    }
    text.line("int queryFrom = row * %s;", form.headDim());
  }

  private void localMemory() {
    text.line("// Weights, keys by rows; the rows of four keys at a time exchanged to miss banks.");
    text.line("float[] ps = c.allocateFloatLocalArray(%d);", TILE * TILE);
    text.line("// Partial results of rows.");
    int partials = KEY_THREADS * PARTIAL_STRIDE;
    text.line(
        "float[] rs = c.allocateFloatLocalArray(%d);",
        form.wholeTiles() ? Math.max(partials, form.stage()) : partials);
    if (form.wholeTiles()) {
      text.line("float[] qs = c.allocateFloatLocalArray(%d);", TILE * form.width());
    } else {
      text.line("float[] stage = c.allocateFloatLocalArray(%d);", 2 * form.stage());
    }
    if (!form.sameRows()) {
      text.line("float[] fs = c.allocateFloatLocalArray(%d);", TILE);
    }
  }

  /**
   * The accumulator comes through local memory, in a loop. Were each element read and written by an
   * index of its own, their addresses would stay in registers all the while.
   */
  private void loadState() {
    text.line("int sumsAt = row * %d + tx * %d + ty * %d;", KEY_THREADS, TILE, VECTOR);
    for (int i = 0; i < ROWS; i++) {
      text.line("float m%d = maxima.get(row + ty * %d + %d);", i, VECTOR, i);
      text.line("float l%d = sums.get(sumsAt + %d);", i, i);
    }
    for (int part = 0; part < accumulatorParts(); part++) {
      copyAccumulator(part, "ps[%s] = acc.get(%s);");
      text.line("c.localBarrier();");
      for (int i = 0; i < form.rows(); i++) {
        for (int e = part * VECTOR; e < partEnd(part); e++) {
          text.line("float %s = ps[%s];", out(i, e), localOut(i, e));
        }
      }
      text.line("c.localBarrier();");
    }
  }

  private void storeState() {
    for (int part = 0; part < accumulatorParts(); part++) {
      text.line("c.localBarrier();");
      for (int i = 0; i < form.rows(); i++) {
        for (int e = part * VECTOR; e < partEnd(part); e++) {
          text.line("ps[%s] = %s;", localOut(i, e), out(i, e));
        }
      }
      text.line("c.localBarrier();");
      copyAccumulator(part, "acc.set(%2$s, ps[%1$s]);");
    }
    for (int i = 0; i < ROWS; i++) {
      text.line("sums.set(sumsAt + %d, l%d);", i, i);
      text.line("if (tx == 0) {");
      text.line("maxima.set(row + ty * %d + %d, m%d);", VECTOR, i, i);
      text.line("}");
    }
  }

  /** Parts of 64 columns of an accumulator in registers. */
  private int accumulatorParts() {
    return form.dynamic() ? 0 : form.width() / TILE;
  }

  /** A thread's first column behind a part. */
  private int partEnd(int part) {
    return accumulatorParts() == 1 ? form.columns() : (part + 1) * VECTOR;
  }

  /** Copies 64 columns of the accumulator; the format takes the local and the global index. */
  private void copyAccumulator(int part, String format) {
    text.line("for (int i = lid; i < %d; i += %d) {", TILE * TILE, THREADS);
    text.line(
        format,
        "i",
        "queryFrom + (i >> 6) * %d + %d + (i & 63)".formatted(form.width(), part * TILE));
    text.line("}");
  }

  private String localOut(int i, int e) {
    return "(oy * %d + %d) * %d + ox * %d + %d"
        .formatted(VECTOR, rowOffset(i), TILE, VECTOR, form.columnOffset(e) % TILE);
  }

  /** Finds the first and the last tile that a mask leaves visible. */
  private void visibleTiles() {
    text.line("int first = 0;");
    text.line("int last = tiles - 1;");
    text.line("if (masked != 0) {");
    text.line("first = tiles;");
    text.line("last = -1;");
    text.line("for (int t = lid; t < tiles; t += %d) {", THREADS);
    classifyTile();
    text.line("int seen = visible != 0 ? t : first;");
    text.line("first = TornadoMath.min(first, seen);");
    text.line("last = visible != 0 ? t : last;");
    text.line("}");
    text.line("// Exact as floats: no device holds a block of 2^24 tiles.");
    text.line("rs[lid] = first;");
    text.line("rs[%d + lid] = last;", THREADS);
    text.line("c.localBarrier();");
    text.line("for (int step = %d; step > 0; step >>= 1) {", THREADS / 2);
    text.line("if (lid < step) {");
    text.line("rs[lid] = TornadoMath.min(rs[lid], rs[lid + step]);");
    text.line("int high = %d + lid;", THREADS);
    text.line("rs[high] = TornadoMath.max(rs[high], rs[high + step]);");
    text.line("}");
    text.line("c.localBarrier();");
    text.line("}");
    text.line("first = (int) rs[0];");
    text.line("last = (int) rs[%d];", THREADS);
    text.line("c.localBarrier();");
    text.line("}");
  }

  private void classifyTile() {
    text.line("int keyAt = TileTable.HEADER + t * TileTable.ENTRY;");
    text.line("int key = keyTiles.get(keyAt + TileTable.START);");
    text.line("int keyCount = keyTiles.get(keyAt + TileTable.COUNT);");
    text.line("int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);");
    text.line("int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);");
    text.line("int free = queryJoint | keyJoint;");
    text.line("int visible = 1;");
    text.line("int partial = keyCount < %d ? 1 : 0;", TILE);
    text.line("if (masked != 0) {");
    text.line("int nearest = key - lastPosition;");
    text.line("int farthest = key + (keyCount - 1) * keyStride - position;");
    text.line("int bound = 1 - free;");
    text.line("partial = nearest < lowest ? partial | bound : partial;");
    text.line("partial = farthest > highest ? partial | bound : partial;");
    text.line("visible = farthest < lowest ? free : visible;");
    text.line("visible = nearest > highest ? free : visible;");
    text.line("}");
  }

  private void foldTile() {
    text.line("int keyFrom = (kvHead * tiles + t) * %d * %s + lid;", TILE, form.headDim());
    weights.carefulness();
    text.line("if (staged != t) {");
    products.stageKeys();
    text.line("}");
    text.line("staged = t + 1;");
    products.scores();
    weights.modifyScores();
    weights.maxima();
    text.line("c.localBarrier();");
    weights.weights();
    text.line("c.localBarrier();");
    products.stageWholeValues();
    weights.dropWeights();
    products.addValues(weights::addNonFinite);
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
