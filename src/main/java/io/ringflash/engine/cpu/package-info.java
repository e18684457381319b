/**
 * The embedded engine: attention on the cores of this machine, with nothing but a JDK.
 *
 * <p>Belongs here: virtual CPU devices, their worker threads, block layouts and kernels. Does not
 * belong here: anything that another engine or the ring would need.
 */
@NullMarked
package io.ringflash.engine.cpu;

import org.jspecify.annotations.NullMarked;
