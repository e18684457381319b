package io.ringflash.engine.tornado;

/** TornadoVM's SPIR-V backend: devices of an OpenCL or Level Zero driver that takes SPIR-V. */
public final class SpirvEngine extends TornadoEngine {
  public SpirvEngine() {
    super(
        "spirv",
        "SPIRV",
        10,
        "a driver that takes SPIR-V (Level Zero, or OpenCL with SPIR-V and -Dtornado.spirv.runtimes=opencl)");
  }
}
