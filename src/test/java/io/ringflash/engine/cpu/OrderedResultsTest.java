package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderedResultsTest {
  private final List<Integer> handedOn = new ArrayList<>();
  private final AtomicInteger made = new AtomicInteger();

  private OrderedResults<int[]> results(int items) {
    return new OrderedResults<>(
        items,
        () -> {
          made.incrementAndGet();
          return new int[1];
        },
        result -> handedOn.add(result[0]));
  }

  private static void end(OrderedResults<int[]> results, int item) {
    int[] result = results.take();
    result[0] = item;
    results.end(item, result);
  }

  @Test
  void whatComesEarlyWaits() {
    OrderedResults<int[]> results = results(4);
    end(results, 2);
    end(results, 1);
    assertThat(handedOn).isEmpty();
    end(results, 0);
    assertThat(handedOn).containsExactly(0, 1, 2);
    end(results, 3);
    assertThat(handedOn).containsExactly(0, 1, 2, 3);
  }

  @Test
  void anItemWithoutResultHoldsNobodyUp() {
    OrderedResults<int[]> results = results(5);
    results.end(1, null);
    end(results, 2);
    results.end(0, null);
    assertThat(handedOn).containsExactly(2);
    results.end(4, null);
    end(results, 3);
    assertThat(handedOn).containsExactly(2, 3);
  }

  @Test
  void objectsAreUsedAgain() {
    OrderedResults<int[]> results = results(100);
    for (int item = 0; item < 100; item++) {
      end(results, item);
    }
    assertThat(made).hasValue(1);
    assertThat(handedOn).isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  /** A thread that ends an item while another hands on goes on, and its item is not forgotten. */
  @Test
  void doesNotWaitForTheThreadThatHandsOn() throws InterruptedException {
    CountDownLatch handing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    OrderedResults<Integer> results =
        new OrderedResults<>(
            3,
            () -> 0,
            result -> {
              handing.countDown();
              await(release);
              handedOn.add(result);
            });
    Thread other = Thread.ofPlatform().start(() -> results.end(0, 0));
    await(handing);
    results.end(1, 1);
    results.end(2, 2);
    assertThat(handedOn).isEmpty();
    release.countDown();
    other.join();
    assertThat(handedOn).containsExactly(0, 1, 2);
  }

  @Test
  void manyThreadsLeaveNothingBehind() throws InterruptedException {
    int items = 20_000;
    List<Integer> shuffled = new ArrayList<>(IntStream.range(0, items).boxed().toList());
    Collections.shuffle(shuffled, new Random(7));
    OrderedResults<int[]> results = results(items);
    AtomicInteger next = new AtomicInteger();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int at = next.getAndIncrement(); at < items; at = next.getAndIncrement()) {
                  end(results, shuffled.get(at));
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(handedOn).isEqualTo(IntStream.range(0, items).boxed().toList());
    assertThat(made.get()).isLessThanOrEqualTo(items);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
