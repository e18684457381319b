package io.ringflash.experiment.plan;

/**
 * What processes that share a processor pay beside computing.
 *
 * @param secondsPerByte of one core, for what passes from one process to the next
 * @param turnSeconds that a transfer waits for a core when twice as many threads are at work as
 *     there are cores
 * @param progressShare of a core that each process keeps busy to move its messages
 * @param messageSeconds of a message that nothing holds up
 */
record ProcessCosts(
    double secondsPerByte, double turnSeconds, double progressShare, double messageSeconds) {}
