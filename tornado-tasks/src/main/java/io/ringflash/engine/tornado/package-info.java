/**
 * The TornadoVM engine: attention kernels in Java, compiled at run time for OpenCL, PTX and SPIR-V.
 *
 * <p>Belongs here: kernels, their launch, device memory, the engines of the backends. Does not
 * belong here: anything that another engine or the ring would need. Only this package knows
 * TornadoVM; it is compiled when its SDK is there.
 */
@NullMarked
package io.ringflash.engine.tornado;

import org.jspecify.annotations.NullMarked;
