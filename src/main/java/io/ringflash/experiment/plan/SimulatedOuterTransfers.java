package io.ringflash.experiment.plan;

import io.ringflash.ring.OuterRing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * Blocks on their way round the hosts, as the exchange between processes sends them: each host
 * passes on what it has in the order of {@link OuterRing}, one block after the other, as long as
 * the next host has room.
 */
final class SimulatedOuterTransfers {
  private final EventQueue queue;
  private final Machine machine;
  private final Processors processors;
  private final IntToDoubleFunction blockBytes;
  private final OuterRing ring;
  private final List<Inbox> inboxes = new ArrayList<>();

  /** What comes to one host. */
  private static final class Inbox {
    private final List<Integer> arrivals;
    private final Map<Integer, Block> blocks = new HashMap<>();
    private int begun;
    private boolean busy;

    Inbox(List<Integer> arrivals) {
      this.arrivals = arrivals;
    }

    /** A block that comes here. */
    Block coming(int block) {
      return Objects.requireNonNull(blocks.get(block), "no such block comes to this host");
    }
  }

  /** A block of another host in this one's memory. */
  private static final class Block {
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean there;
    private int users;

    Block(int users) {
      this.users = users;
    }
  }

  SimulatedOuterTransfers(
      EventQueue queue,
      Machine machine,
      Processors processors,
      IntToDoubleFunction blockBytes,
      OuterRing ring) {
    this.queue = queue;
    this.machine = machine;
    this.processors = processors;
    this.blockBytes = blockBytes;
    this.ring = ring;
    for (int host = 0; host < machine.hosts(); host++) {
      Inbox inbox = new Inbox(ring.arrivals(host));
      List<Integer> departures = ring.departures(host);
      for (int block : inbox.arrivals) {
        int users = ring.users(host, block) + (departures.contains(block) ? 1 : 0);
        inbox.blocks.put(block, new Block(users));
      }
      inboxes.add(inbox);
    }
  }

  /** All hosts begin to send. */
  void start() {
    for (int host = 0; host < inboxes.size(); host++) {
      advance(host);
    }
  }

  /** Lets {@code action} happen once a block of another host is in a host's memory. */
  void whenThere(int host, int block, Runnable action) {
    Block wanted = inboxes.get(host).coming(block);
    if (wanted.there) {
      action.run();
    } else {
      wanted.waiting.add(action);
    }
  }

  /** A device, or the next host, has taken a block. */
  void release(int host, int block) {
    Block taken = inboxes.get(host).blocks.get(block);
    if (taken != null) {
      taken.users--;
      advance(host);
    }
  }

  /** Receives the next block if it is to be had and there is room. */
  private void advance(int host) {
    Inbox inbox = inboxes.get(host);
    if (inbox.busy || inbox.begun == inbox.arrivals.size()) {
      return;
    }
    int sender = Math.floorMod(host - 1, inboxes.size());
    int block = inbox.arrivals.get(inbox.begun);
    Block source = inboxes.get(sender).blocks.get(block);
    boolean sendable = source == null || source.there;
    if (sendable && hasRoom(inbox)) {
      inbox.begun++;
      inbox.busy = true;
      transfer(host, sender, blockBytes.applyAsDouble(block), () -> arrive(host, sender, block));
    }
  }

  private boolean hasRoom(Inbox inbox) {
    int before = inbox.begun - ring.slots();
    return before < 0 || inbox.coming(inbox.arrivals.get(before)).users == 0;
  }

  private void arrive(int host, int sender, int block) {
    Inbox inbox = inboxes.get(host);
    Block arrived = inbox.coming(block);
    inbox.busy = false;
    arrived.there = true;
    arrived.waiting.forEach(Runnable::run);
    advance(host);
    advance((host + 1) % inboxes.size());
    release(sender, block);
  }

  /**
   * Over the network and, where hosts share a processor, by one of its cores as well: the sender's
   * thread and then the receiver's each wait for a turn.
   */
  private void transfer(int host, int sender, double bytes, Runnable done) {
    Link link = machine.between();
    double network = bytes / link.bytesPerSecond();
    CoreSharing sharing = machine.sharing();
    if (sharing == null) {
      queue.after(link.latencySeconds() + network, done);
      return;
    }
    Runnable part = EventQueue.last(2, done);
    double half = bytes * sharing.costs().secondsPerByte() / 2;
    queue.after(
        link.latencySeconds(),
        () -> {
          queue.after(network, part);
          processors.copyOnHost(sender, half, () -> processors.copyOnHost(host, half, part));
        });
  }
}
