package io.ringflash.ring.process;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices when a process fails, dies or stands still. Every process sends signs of life, with what
 * it is doing, to the first two: the first watches over all others, the second over the first.
 *
 * <p>Who runs this calls {@link #tick} several times in {@link #RECENT_NANOS}.
 */
public final class Watch {
  /**
   * A process is lost that gave no sign of life for so long. Open MPI may take another five seconds
   * to end a job on several machines.
   */
  static final long SILENCE_NANOS = 4_000_000_000L;

  /** A living process gives a sign of life within this time. */
  public static final long RECENT_NANOS = 300_000_000L;

  /**
   * The end of the job.
   *
   * @param message that says which process is to blame, and where it was
   * @param exitCode with which the job is to end
   */
  public record Loss(String message, int exitCode) {}

  /** Longer between two ticks is not this process's own doing. */
  private static final long HELD_UP_NANOS = 2_000_000_000L;

  private static final int WATCHERS = 2;
  private static final int FAILED = 1;

  private final ProcessGroup group;
  private final LongSupplier clock;
  private final List<Mailbox> mailboxes = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private volatile boolean ending;
  private volatile long lastTick;

  /** Until then it may be news that this process stood still. */
  private volatile long newsUntil;

  /**
   * @param group whose processes watch each other; every one of them makes a watch
   * @param clock nanoseconds
   */
  public Watch(ProcessGroup group, LongSupplier clock) {
    this.group = group;
    this.clock = clock;
    this.lastTick = clock.getAsLong();
    this.newsUntil = lastTick;
    for (int process = 0; process < group.size(); process++) {
      if (process != group.index() && process < WATCHERS) {
        mailboxes.add(new Mailbox(process));
      }
      if (process != group.index() && group.index() < WATCHERS) {
        peers.add(new Peer(process));
      }
    }
  }

  /** Gives a sign of life. */
  public void tick() {
    long now = clock.getAsLong();
    if (now - lastTick > HELD_UP_NANOS) {
      // This process stood still itself: what it has not heard says nothing about the others.
      peers.forEach(peer -> peer.heard = now);
      newsUntil = now + RECENT_NANOS;
    }
    lastTick = now;
    mailboxes.forEach(mailbox -> mailbox.post(new Beat(Beat.Kind.ALIVE, 0, group.status())));
  }

  /** Tells the first process, which then ends the job, that this one has failed. */
  public void fail(String message, int exitCode) {
    mailboxes.forEach(mailbox -> mailbox.post(new Beat(Beat.Kind.FAILED, exitCode, message)));
  }

  /** Whether it has been said why the job ends. */
  public boolean isEnding() {
    return ending;
  }

  /**
   * Whether this process stood still a moment ago. Then another one may have ended the job, and the
   * news of it is on its way.
   */
  public boolean hasStoodStill() {
    long now = clock.getAsLong();
    return now - lastTick > HELD_UP_NANOS || now - newsUntil < 0;
  }

  /** Tells the other watcher that this one ends the job, and has said why. */
  public void end() {
    ending = true;
    mailboxes.forEach(mailbox -> mailbox.post(new Beat(Beat.Kind.ENDING, 0, "")));
  }

  /**
   * A failed or lost process that this one is the one to report, if there is any: first one that
   * died, as others may have failed because of it.
   */
  public Optional<Loss> loss() {
    return peers.stream()
        .filter(peer -> !ending && isMine(peer.process))
        .sorted(Comparator.comparing(peer -> !peer.broken))
        .map(Peer::loss)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * Who is missing when all have been told to end: the one that has been silent for longest, if
   * that is longer than {@link #RECENT_NANOS}, and whoever fell silent too soon after it to tell
   * which of them was first.
   *
   * @return the loss that this process is the one to report; empty if nobody is missing
   */
  public Optional<Loss> missing() {
    List<Peer> silent =
        peers.stream()
            .filter(peer -> !ending && isMine(peer.process) && peer.isMissing())
            .sorted(Comparator.comparingLong(peer -> peer.heard))
            .toList();
    if (silent.isEmpty()) {
      return Optional.empty();
    }
    Peer first = silent.getFirst();
    StringBuilder message = new StringBuilder(first.describe() + " died" + first.whereabouts());
    for (Peer peer : silent.subList(1, silent.size())) {
      if (peer.heard - first.heard < RECENT_NANOS) {
        message.append("; %s has been silent for as long".formatted(peer.describe()));
        message.append(peer.whereabouts());
      }
    }
    return Optional.of(new Loss(message.toString(), FAILED));
  }

  /** Whether this process speaks for the job when it ends: it is the first one that lives. */
  public boolean speaks() {
    return !ending && (group.isFirst() || isFirstMissing());
  }

  private boolean isFirstMissing() {
    return peers.stream().anyMatch(peer -> peer.process == 0 && peer.isMissing());
  }

  /** The work is done: after this, silence is no loss. All processes call it. */
  public void finish() {
    mailboxes.forEach(Mailbox::postLast);
    peers.forEach(peer -> Waiting.await(peer.last));
  }

  /** The first process reports the others, the second one the first. */
  private boolean isMine(int process) {
    return group.isFirst() || process == 0;
  }

  /** Beats on their way to a watcher, one at a time: one that stands still gets no heap of them. */
  private final class Mailbox {
    private final int watcher;
    private final MemorySegment message = Beat.allocate();
    private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);
    private boolean closed;

    Mailbox(int watcher) {
      this.watcher = watcher;
    }

    synchronized void post(Beat beat) {
      boolean urgent = beat.kind() != Beat.Kind.ALIVE;
      if (!closed && (urgent || sent.isDone())) {
        send(beat, urgent ? Beat.allocate() : message);
      }
    }

    synchronized void postLast() {
      closed = true;
      send(new Beat(Beat.Kind.LAST, 0, ""), Beat.allocate());
      Waiting.await(sent);
    }

    private void send(Beat beat, MemorySegment memory) {
      beat.write(memory);
      sent = group.transport().send(watcher, Tag.BEAT, memory);
    }
  }

  /** What is heard of another process. */
  private final class Peer {
    private final int process;
    private final MemorySegment message = Beat.allocate();
    private final CompletableFuture<Void> last = new CompletableFuture<>();
    private volatile long heard = clock.getAsLong();
    private volatile @Nullable Beat beat;

    /** Whether nothing can come from it any more. */
    private volatile boolean broken;

    Peer(int process) {
      this.process = process;
      listen();
    }

    private void listen() {
      group
          .transport()
          .receive(process, Tag.BEAT, message)
          .whenComplete((done, error) -> hear(error));
    }

    private void hear(@Nullable Throwable error) {
      if (error != null) {
        broken = true;
        last.completeExceptionally(error);
        return;
      }
      heard = clock.getAsLong();
      Beat next = Beat.read(message);
      if (next.kind() == Beat.Kind.LAST) {
        last.complete(null);
        return;
      }
      if (next.kind() == Beat.Kind.ENDING) {
        ending = true;
      } else if (beat == null || beat.kind() != Beat.Kind.FAILED) {
        beat = next;
      }
      listen();
    }

    Optional<Loss> loss() {
      if (broken) {
        return Optional.of(died());
      }
      Beat latest = beat;
      if (latest != null && latest.kind() == Beat.Kind.FAILED) {
        return Optional.of(new Loss(describe() + ": " + latest.text(), latest.exitCode()));
      }
      if (!last.isDone() && silentFor(SILENCE_NANOS)) {
        String message = "%s gave no sign of life for %d s%s";
        long seconds = SILENCE_NANOS / 1_000_000_000L;
        return Optional.of(new Loss(message.formatted(describe(), seconds, whereabouts()), FAILED));
      }
      return Optional.empty();
    }

    Loss died() {
      return new Loss(describe() + " died" + whereabouts(), FAILED);
    }

    /** Gone or silent, and not because it has said that it ends. */
    boolean isMissing() {
      Beat latest = beat;
      boolean ends = last.isDone() || (latest != null && latest.kind() == Beat.Kind.FAILED);
      return broken || (!ends && silentFor(RECENT_NANOS));
    }

    /** At the last tick: this process may have stood still since, and does not know it yet. */
    private boolean silentFor(long nanos) {
      return lastTick - heard > nanos;
    }

    String describe() {
      return "process %d on %s".formatted(process, group.hosts().get(process));
    }

    /** Where it was when it was last heard of. */
    String whereabouts() {
      Beat latest = beat;
      return latest == null ? "" : "; last heard of: " + latest.text();
    }
  }
}
