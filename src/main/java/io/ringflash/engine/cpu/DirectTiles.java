package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the workers of a fold compute in, as many as work at once: queries are loaded once for a
 * worker's stretches of keys, and not for each.
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
    for (DirectTile tile : idle) {
      resources.idleTiles().add(tile.scratch());
      resources.idlePairs().add(tile.kernel());
    }
  }
}
