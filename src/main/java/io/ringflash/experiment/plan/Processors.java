package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.List;

/** What computes: a processor for each device, or one for all devices of a host. */
final class Processors {
  private final EventQueue queue;
  private final Machine machine;
  private final List<Resource> shared = new ArrayList<>();

  Processors(EventQueue queue, Machine machine) {
    this.queue = queue;
    this.machine = machine;
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
      double crowding = machine.devicesPerHost() > 1 ? costs.crowding() : 1;
      // What a step costs beside its products keeps a thread from other devices' work, too.
      double products = flops * crowding / (costs.flopsPerSecond() / machine.threads());
      double threadSeconds = costs.stepSeconds() + products;
      host(rank).start(threadSeconds, threadsOf(rank), done);
    } else {
      queue.after(costs.stepSeconds() + flops / costs.flopsPerSecond(), done);
    }
  }

  /** Copies on a thread of a rank's host, beside what computes there. */
  void copy(int rank, double seconds, Runnable done) {
    host(rank).start(seconds, 1, done);
  }

  private Resource host(int rank) {
    return shared.get(rank / machine.devicesPerHost());
  }

  /** Threads are divided among the devices; each has at least one. */
  private double threadsOf(int rank) {
    int devices = machine.devicesPerHost();
    int index = rank % devices;
    return Math.max(1, (machine.threads() + devices - 1 - index) / devices);
  }
}
