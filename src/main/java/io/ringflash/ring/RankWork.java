package io.ringflash.ring;

/** What a rank does on its device, mostly in a thread of its own and under watch. */
interface RankWork extends Runnable {
  /** The rank, of all processes'. */
  int rank();

  /** What it is doing, and until when. */
  RankWatch watch();

  /** What to report if it ends with {@code cause}. */
  RuntimeException failure(Throwable cause);
}
