package io.ringflash.engine.cpu;

/**
 * What one virtual device owns for as long as it is open.
 *
 * @param workers its threads
 * @param memory its memory
 */
record CpuResources(WorkerPool workers, MemoryPool memory) implements AutoCloseable {
  @Override
  public void close() {
    workers.close();
    memory.close();
  }
}
