package io.ringflash.ring;

import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.PeerPlan.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The transfers of one run between devices that reach each other's memory.
 *
 * <p>A copy waits for two things: that the block has arrived where it is copied from, and that what
 * was in the buffer which it goes to has been copied by all who will. Both depend on earlier steps
 * only, so ranks that all go on never wait for each other in a circle; when one fails, {@link
 * #stop} ends the waiting of the others. A copy that has begun is never cut short: its buffers are
 * freed after it.
 */
final class PeerTransfers implements Transfers {
  /** Two buffers take turns. */
  private static final int BUFFERS = 2;

  private final PeerPlan plan;
  private final ExchangeWay way;
  private final Executor executor;
  private final List<List<HeldBlock>> blocks = new ArrayList<>();
  private final Lock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private boolean stopped;

  /**
   * @param way for reports
   * @param executor runs transfers; one thread per rank lets all ranks transfer at once
   */
  PeerTransfers(PeerPlan plan, ExchangeWay way, Executor executor) {
    this.plan = plan;
    this.way = way;
    this.executor = executor;
    for (int rank = 0; rank < plan.ranks(); rank++) {
      List<HeldBlock> ofRank = new ArrayList<>();
      for (int turn = 0; turn < plan.turns(rank); turn++) {
        ofRank.add(new HeldBlock(plan.readers(rank, turn)));
      }
      blocks.add(List.copyOf(ofRank));
    }
  }

  @Override
  public ExchangeWay way() {
    return way;
  }

  @Override
  public Transfer start(BlockRequest request) {
    return new FutureTransfer(CompletableFuture.supplyAsync(() -> bring(request), executor));
  }

  @Override
  public long bring(BlockRequest request) {
    if (request.turn() == BlockRequest.JOINT) {
      return request.load();
    }
    List<HeldBlock> ofRank = blocks.get(request.rank());
    if (request.turn() >= BUFFERS) {
      HeldBlock before = ofRank.get(request.turn() - BUFFERS);
      underLock(() -> await(before::isDone));
    }
    HeldBlock block = ofRank.get(request.turn());
    Optional<Place> source = plan.source(request.rank(), request.turn());
    long nanos = source.isPresent() ? copy(request, block, source.get()) : load(request, block);
    underLock(() -> block.arrive(request.buffer()));
    return nanos;
  }

  @Override
  public boolean waitsForOthers(BlockRequest request) {
    if (request.turn() == BlockRequest.JOINT) {
      return false;
    }
    lock.lock();
    try {
      return !blocks.get(request.rank()).get(request.turn()).isUnderWay();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void handOver(KeyValueBuffer buffer) {
    underLock(() -> in(buffer).forEach(block -> await(block::isDone)));
  }

  @Override
  public void withdraw(KeyValueBuffer buffer) {
    underLock(() -> {
      List<HeldBlock> inBuffer = in(buffer);
      inBuffer.forEach(HeldBlock::withdraw);
      while (inBuffer.stream().anyMatch(HeldBlock::isRead)) {
        change.awaitUninterruptibly();
      }
    });
  }

  @Override
  public void stop() {
    underLock(() -> stopped = true);
  }

  private long load(BlockRequest request, HeldBlock block) {
    underLock(block::setOut);
    return request.load();
  }

  private long copy(BlockRequest request, HeldBlock block, Place place) {
    HeldBlock source = blocks.get(place.rank()).get(place.turn());
    KeyValueBuffer from = beginRead(source, block);
    try {
      return request.copy(from);
    } finally {
      underLock(source::endRead);
    }
  }

  private KeyValueBuffer beginRead(HeldBlock source, HeldBlock copy) {
    lock.lock();
    try {
      await(source::isReadable);
      copy.setOut();
      return source.beginRead();
    } finally {
      lock.unlock();
    }
  }

  private List<HeldBlock> in(KeyValueBuffer buffer) {
    return blocks.stream().flatMap(List::stream).filter(block -> block.isIn(buffer)).toList();
  }

  private void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (stopped) {
        throw new StoppedException();
      }
      change.awaitUninterruptibly();
    }
  }

  /** What changes under the lock may be what others wait for. */
  private void underLock(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      change.signalAll();
      lock.unlock();
    }
  }
}
