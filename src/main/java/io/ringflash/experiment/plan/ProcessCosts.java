package io.ringflash.experiment.plan;

/**
 * What processes that share a processor pay beside computing.
 *
 * @param secondsPerByte of one core, for what passes from one process to the next
 * @param turnSeconds that a thread has a core before it makes way for another one
 * @param messageSeconds of a message that nothing holds up
 */
record ProcessCosts(double secondsPerByte, double turnSeconds, double messageSeconds) {}
