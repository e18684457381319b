package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads keys and values out of a packed block, as they were before they were packed.
 *
 * @param block that holds them
 * @param shape of the problem
 */
record PackedReader(PackedBlock block, AttentionShape shape) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /**
   * Copies tokens of a slice.
   *
   * @param from first token, counted within the slice
   * @param k receives n keys, {@code (batch, n, kvHeads, headDim)}
   * @param v like k
   */
  void read(int part, long from, Tensor k, Tensor v, CpuResources resources) {
    int heads = shape.batch() * shape.kvHeads();
    resources
        .workers()
        .run(
            heads,
            head -> {
              TileRows scratch = resources.takeTile();
              readHead(part, from, head, k, v, scratch.packer);
              resources.idleTiles().add(scratch);
            });
  }

  private void readHead(int part, long from, int head, Tensor k, Tensor v, Packer packer) {
    int batch = head / shape.kvHeads();
    int kvHead = head % shape.kvHeads();
    block.require(head, packer);
    float[] row = new float[Simd.padded(shape.headDim())];
    for (long token = 0; token < k.dim(1); token++) {
      int tile = block.tiles().firstTile(part) + Math.toIntExact((from + token) / PackedBlock.KEYS);
      int key = (int) ((from + token) % PackedBlock.KEYS);
      readKey(head, tile, key, row);
      k.writeRow(row, 0, batch, token, kvHead);
      readValue(head, tile, key, row);
      v.writeRow(row, 0, batch, token, kvHead);
    }
  }

  private void readKey(int head, int tile, int key, float[] row) {
    long panelBytes = (long) PackedBlock.PANEL * shape.headDim() * Float.BYTES;
    long at =
        block.keyOffset(head, tile)
            + key / PackedBlock.PANEL * panelBytes
            + (long) (key % PackedBlock.PANEL) * Float.BYTES;
    for (int d = 0; d < shape.headDim(); d++) {
      row[d] = block.data().get(FLOAT, at + (long) d * PackedBlock.PANEL * Float.BYTES);
    }
  }

  private void readValue(int head, int tile, int key, float[] row) {
    int width;
    for (int column = 0; column < row.length; column += width) {
      width = block.panelWidth(column);
      long at = block.valueOffset(head, tile, column) + (long) key * width * Float.BYTES;
      MemorySegment.copy(block.data(), FLOAT, at, row, column, width);
    }
  }
}
