package io.ringflash.engine;

/**
 * The most that a device was seen to do, measured by a probe that does nothing else.
 *
 * @param flopsPerSecond multiply-adds in registers, each counted twice
 * @param bytesPerSecond read from and written to its memory
 */
public record DevicePeaks(double flopsPerSecond, double bytesPerSecond) {}
