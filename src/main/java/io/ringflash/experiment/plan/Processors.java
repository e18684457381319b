package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What computes: a processor for each device, one for all devices of a host, or one for all. */
final class Processors {
  private final EventQueue queue;
  private final Machine machine;
  private final List<Resource> shared = new ArrayList<>();
  private final @Nullable Turns turns;

  private final double crowding;

  Processors(EventQueue queue, Machine machine) {
    this.queue = queue;
    this.machine = machine;
    CoreSharing sharing = machine.sharing();
    int together = sharing == null ? machine.devicesPerHost() : machine.devices();
    this.crowding = together > 1 ? machine.costs().crowding() : 1;
    if (sharing != null) {
      int threads = machine.devices() + machine.hosts();
      this.turns = new Turns(queue, sharing.cores(), threads, sharing.costs().turnSeconds());
      return;
    }
    this.turns = null;
    if (machine.shared()) {
      for (int host = 0; host < machine.hosts(); host++) {
        shared.add(new Resource(queue, machine.threads()));
      }
    }
  }

  /** Computes on a rank's device. */
  void compute(int rank, double flops, Runnable done) {
    Costs costs = machine.costs();
    if (machine.shared()) {
      // What a step costs beside its products keeps a thread from other devices' work, too.
      double products = flops * crowding / (costs.flopsPerSecond() / machine.threads());
      work(rank, costs.stepSeconds() + products, threadsOf(rank), rank, done);
    } else {
      queue.after(costs.stepSeconds() + flops / costs.flopsPerSecond(), done);
    }
  }

  /** Copies on a thread of a rank's host, beside what computes there. */
  void copy(int rank, double seconds, Runnable done) {
    copyOnHost(rank / machine.devicesPerHost(), seconds, done);
  }

  /** Works on one thread of a host, beside what computes there. */
  void copyOnHost(int host, double seconds, Runnable done) {
    work(host * machine.devicesPerHost(), seconds, 1, machine.devices() + host, done);
  }

  /**
   * @param threads among which the work is divided, one if it is of one thread
   * @param thread who works, where threads take turns
   */
  private void work(int rank, double threadSeconds, int threads, int thread, Runnable done) {
    Turns takingTurns = turns;
    if (takingTurns == null) {
      shared.get(rank / machine.devicesPerHost()).start(threadSeconds, threads, done);
      return;
    }
    Runnable part = EventQueue.last(threads, done);
    for (int i = 0; i < threads; i++) {
      takingTurns.start(thread, threadSeconds / threads, part);
    }
  }

  /** Threads are divided among the devices; each has at least one. */
  private int threadsOf(int rank) {
    int devices = machine.devicesPerHost();
    int index = rank % devices;
    return Math.max(1, (machine.threads() + devices - 1 - index) / devices);
  }
}
