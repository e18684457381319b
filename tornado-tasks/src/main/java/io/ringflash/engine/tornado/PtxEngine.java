package io.ringflash.engine.tornado;

/** TornadoVM's PTX backend: NVIDIA GPUs. */
public final class PtxEngine extends TornadoEngine {
  public PtxEngine() {
    super("ptx", "PTX", 30, "an NVIDIA GPU and its driver (libcuda.so.1)");
  }
}
