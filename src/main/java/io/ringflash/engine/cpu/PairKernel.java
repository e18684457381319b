package io.ringflash.engine.cpu;

/** One worker's inner loops of {@link DirectTile}, with their scratch memory. */
final class PairKernel implements AutoCloseable {
  final KeyRows keys;
  final PairScores scores;
  final PairValues values;

  PairKernel(MemoryPool.Lease memory) {
    this.keys = new KeyRows(memory);
    this.scores = new PairScores(keys);
    this.values = new PairValues(keys);
  }

  @Override
  public void close() {
    keys.close();
  }
}
