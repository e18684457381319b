package io.ringflash.experiment.plan;

/**
 * One processor that all hosts of a machine share, because they are processes of one computer.
 *
 * @param cores of it
 * @param costs of sharing it
 */
record CoreSharing(int cores, ProcessCosts costs) {}
