package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What computes: a processor for each device, one for all devices of a host, or one for all. */
final class Processors {
  private final EventQueue queue;
  private final Machine machine;
  private final List<Resource> shared = new ArrayList<>();
  private final double crowding;

  Processors(EventQueue queue, Machine machine) {
    this.queue = queue;
    this.machine = machine;
    CoreSharing sharing = machine.sharing();
    int together = sharing == null ? machine.devicesPerHost() : machine.devices();
    this.crowding = together > 1 ? machine.costs().crowding() : 1;
    if (sharing != null) {
      Resource all = new Resource(queue, sharing.capacity(machine.hosts()));
      shared.addAll(Collections.nCopies(machine.hosts(), all));
    } else if (machine.shared()) {
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

  /** Works on one thread of a host, beside what computes there. */
  void copyOnHost(int host, double seconds, Runnable done) {
    shared.get(host).start(seconds, 1, done);
  }

  /** Threads that have to wait for a core, for each core. */
  double crowd(int host) {
    CoreSharing sharing = machine.sharing();
    return sharing == null
        ? 0
        : Math.max(0, (double) shared.get(host).jobs() / sharing.cores() - 1);
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
