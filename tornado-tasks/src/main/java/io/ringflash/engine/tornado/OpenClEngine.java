package io.ringflash.engine.tornado;

/** TornadoVM's OpenCL backend: GPUs of any vendor, and CPUs through PoCL or Mesa. */
public final class OpenClEngine extends TornadoEngine {
  public OpenClEngine() {
    super("opencl", "OPENCL", 20, "an OpenCL driver (for a CPU: apt-get install pocl-opencl-icd)");
  }
}
