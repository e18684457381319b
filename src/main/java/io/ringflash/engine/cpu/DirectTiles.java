package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the workers of a fold compute in, at most as many as work at once: each keeps the queries
 * that it has loaded from one stretch of keys to the next.
 */
final class DirectTiles implements AutoCloseable {
  private final AttentionProblem problem;
  private final RowTile rows;
  private final CpuResources resources;
  private final ConcurrentLinkedQueue<DirectTile> idle = new ConcurrentLinkedQueue<>();

  DirectTiles(AttentionProblem problem, RowTile rows, CpuResources resources) {
    this.problem = problem;
    this.rows = rows;
    this.resources = resources;
  }

  /** One for one worker, to be given back. */
  DirectTile take() {
    DirectTile tile = idle.poll();
    return tile == null
        ? new DirectTile(problem, rows, resources.takeTile(), resources.takePair())
        : tile;
  }

  void giveBack(DirectTile tile) {
    idle.add(tile);
  }

  /** Gives the scratch memory of all of them back; none may be in use. */
  @Override
  public void close() {
    for (DirectTile tile = idle.poll(); tile != null; tile = idle.poll()) {
      tile.giveBack(resources);
    }
  }
}
