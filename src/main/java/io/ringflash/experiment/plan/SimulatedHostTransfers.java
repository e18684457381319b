package io.ringflash.experiment.plan;

import java.util.function.IntToDoubleFunction;

/** Devices take blocks from their host's memory, into which those of other hosts come once. */
final class SimulatedHostTransfers implements SimulatedTransfers {
  private static final int SLOTS = 2;

  private final EventQueue queue;
  private final Machine machine;
  private final Stages stages;
  private final Processors processors;
  private final Workload workload;
  private final SimulatedOuterTransfers outer;

  SimulatedHostTransfers(
      EventQueue queue,
      Machine machine,
      Stages stages,
      Processors processors,
      Workload workload,
      IntToDoubleFunction blockBytes) {
    this.queue = queue;
    this.machine = machine;
    this.stages = stages;
    this.processors = processors;
    this.workload = workload;
    this.outer =
        new SimulatedOuterTransfers(queue, machine, processors, blockBytes, stages.outerRing());
  }

  @Override
  public void start() {
    outer.start();
  }

  @Override
  public void post(int rank, int step, Runnable done) {
    int block = stages.block(rank, step);
    int host = stages.host(rank);
    if (stages.host(block) == host) {
      load(rank, step, done);
    } else {
      outer.whenThere(
          host,
          block,
          () ->
              load(
                  rank,
                  step,
                  () -> {
                    outer.release(host, block);
                    done.run();
                  }));
    }
  }

  @Override
  public int blocksHeld() {
    return SLOTS;
  }

  private void load(int rank, int step, Runnable done) {
    Link link = machine.hostLink();
    double seconds = workload.keyValueBytes(stages.deviceKeys(rank, step)) / link.bytesPerSecond();
    if (machine.shared()) {
      queue.after(link.latencySeconds(), () -> processors.copy(rank, seconds, done));
    } else {
      queue.after(link.latencySeconds() + seconds, done);
    }
  }
}
