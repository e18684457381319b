package io.ringflash.engine.tornado;

/** TornadoVM's SPIR-V backend: devices of an OpenCL or Level Zero driver that takes SPIR-V. */
public final class SpirvEngine extends TornadoEngine {
  public SpirvEngine() {
    super(
        "spirv",
        "SPIRV",
        10,
        "a driver that takes SPIR-V 1.2 (Level Zero, or an OpenCL that does; clinfo shows it as IL version)");
  }
}
