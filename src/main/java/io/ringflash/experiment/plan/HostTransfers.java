package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Devices take blocks from their host's memory. Blocks of other hosts come into it once, those of
 * the next host while the devices are busy with those of the one before.
 */
final class HostTransfers implements Transfers {
  private static final int SLOTS = 2;

  private final EventQueue queue;
  private final Machine machine;
  private final Stages stages;
  private final Processors processors;
  private final IntToDoubleFunction blockBytes;
  private final List<Map<Integer, Arrival>> arrivals = new ArrayList<>();
  private final List<Resource> networks = new ArrayList<>();
  private final int[] outerSteps;

  /** A block on its way into a host's memory. */
  private static final class Arrival {
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean there;
  }

  HostTransfers(
      EventQueue queue,
      Machine machine,
      Stages stages,
      Processors processors,
      IntToDoubleFunction blockBytes) {
    this.queue = queue;
    this.machine = machine;
    this.stages = stages;
    this.processors = processors;
    this.blockBytes = blockBytes;
    this.outerSteps = new int[machine.hosts()];
    for (int host = 0; host < machine.hosts(); host++) {
      arrivals.add(new HashMap<>());
      networks.add(new Resource(queue, machine.between().bytesPerSecond()));
    }
  }

  @Override
  public void post(int rank, int step, Runnable done) {
    int block = stages.block(rank, step);
    int host = stages.host(rank);
    Runnable load = () -> load(rank, block, done);
    if (stages.host(block) == host) {
      load.run();
      return;
    }
    Arrival arrival = arrivals.get(host).computeIfAbsent(block, b -> receive(host, b));
    if (arrival.there) {
      load.run();
    } else {
      arrival.waiting.add(load);
    }
  }

  /** The first device to begin with a host's blocks lets those of the next host come. */
  @Override
  public void folding(int rank, int step) {
    int host = stages.host(rank);
    int next = step / machine.devicesPerHost() + 1;
    if (next > outerSteps[host]) {
      outerSteps[host] = next;
      for (int block : blocksNeeded(host, next)) {
        arrivals.get(host).computeIfAbsent(block, b -> receive(host, b));
      }
    }
  }

  @Override
  public int blocksHeld() {
    return SLOTS;
  }

  private List<Integer> blocksNeeded(int host, int outerStep) {
    int perHost = machine.devicesPerHost();
    List<Integer> blocks = new ArrayList<>();
    for (int t = outerStep * perHost;
        t < Math.min(stages.steps(), (outerStep + 1) * perHost);
        t++) {
      for (int rank = host * perHost; rank < (host + 1) * perHost; rank++) {
        if (stages.isPresent(rank, t) && !blocks.contains(stages.block(rank, t))) {
          blocks.add(stages.block(rank, t));
        }
      }
    }
    return blocks;
  }

  private Arrival receive(int host, int block) {
    Arrival arrival = new Arrival();
    double bytes = blockBytes.applyAsDouble(block);
    double speed = machine.between().bytesPerSecond();
    queue.after(
        machine.between().latencySeconds(),
        () ->
            networks
                .get(host)
                .start(
                    bytes,
                    speed,
                    () -> {
                      arrival.there = true;
                      arrival.waiting.forEach(Runnable::run);
                    }));
    return arrival;
  }

  private void load(int rank, int block, Runnable done) {
    Link link = machine.hostLink();
    double seconds = blockBytes.applyAsDouble(block) / link.bytesPerSecond();
    if (machine.shared()) {
      queue.after(link.latencySeconds(), () -> processors.copy(rank, seconds, done));
    } else {
      queue.after(link.latencySeconds() + seconds, done);
    }
  }
}
