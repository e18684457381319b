package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * Devices take blocks from the neighbour that holds them: within a host at every step, from the
 * host before when its blocks have been round. A rank's own block is on its device from the start.
 */
final class SimulatedPeerTransfers implements SimulatedTransfers {
  /** The block that is folded in and the one that arrives. */
  private static final int SLOTS = 2;

  /** With several hosts, also the one that came from the host before, and the one that will. */
  private static final int OUTER_SLOTS = 2;

  private final EventQueue queue;
  private final Machine machine;
  private final Stages stages;
  private final Workload workload;
  private final IntToDoubleFunction blockBytes;
  private final Link peerLink;
  private final List<Resource> networks = new ArrayList<>();
  private final Map<Long, List<Runnable>> waiting = new HashMap<>();
  private final boolean[][] there;

  SimulatedPeerTransfers(
      EventQueue queue,
      Machine machine,
      Stages stages,
      Workload workload,
      IntToDoubleFunction blockBytes) {
    this.queue = queue;
    this.machine = machine;
    this.stages = stages;
    this.workload = workload;
    this.blockBytes = blockBytes;
    this.peerLink =
        Objects.requireNonNull(machine.peerLink(), "a peer exchange needs links between devices");
    this.there = new boolean[stages.ranks()][stages.steps()];
    for (int host = 0; host < machine.hosts(); host++) {
      networks.add(new Resource(queue, machine.between().bytesPerSecond()));
    }
  }

  @Override
  public void post(int rank, int step, Runnable done) {
    if (step == 0) {
      arrive(rank, step);
    } else if (!stages.isOuter(step)) {
      int source = stages.innerSource(rank);
      double bytes = workload.keyValueBytes(stages.deviceKeys(rank, step));
      double seconds = peerLink.latencySeconds() + bytes / peerLink.bytesPerSecond();
      whenThere(source, step - 1, () -> queue.after(seconds, () -> arrive(rank, step)));
    }
    whenThere(rank, step, done);
  }

  /** A host's blocks set out when the device begins with those of the host before. */
  @Override
  public void folding(int rank, int step) {
    int next = step + machine.devicesPerHost();
    if (stages.isOuter(step) && next < stages.steps() && stages.isPresent(rank, next)) {
      int source = stages.outerSource(rank);
      double bytes = blockBytes.applyAsDouble(stages.block(rank, next));
      whenThere(source, step, () -> send(source, bytes, () -> arrive(rank, next)));
    }
  }

  @Override
  public int blocksHeld() {
    return machine.hosts() == 1 ? SLOTS : SLOTS + OUTER_SLOTS;
  }

  private void send(int source, double bytes, Runnable done) {
    Link link = machine.between();
    Resource network = networks.get(stages.host(source));
    queue.after(link.latencySeconds(), () -> network.start(bytes, link.bytesPerSecond(), done));
  }

  private void whenThere(int rank, int step, Runnable action) {
    if (there[rank][step]) {
      action.run();
    } else {
      waiting.computeIfAbsent(key(rank, step), k -> new ArrayList<>()).add(action);
    }
  }

  private void arrive(int rank, int step) {
    there[rank][step] = true;
    List<Runnable> actions = waiting.remove(key(rank, step));
    if (actions != null) {
      actions.forEach(Runnable::run);
    }
  }

  private long key(int rank, int step) {
    return (long) rank * stages.steps() + step;
  }
}
