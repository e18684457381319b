package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input is answered with exit code 2 and one line; nothing is written. */
class BadInputTest {
  private static final String QKV = "run --q @q.npy --k @k.npy --v @v.npy ";

  private Workspace workspace;

  @BeforeEach
  void writeInputs(@TempDir Path directory) throws IOException {
    workspace = new Workspace(directory);
    workspace.writeInputs();
    workspace.write("half.npy", workspace.range(DType.FP16, 1, 40, 2, 8));
    workspace.write("short.npy", workspace.range(DType.FP32, 1, 39, 2, 8));
    workspace.write("flat.npy", workspace.range(DType.FP32, 40));
    workspace.write("cube.npy", workspace.range(DType.FP32, 1, 2, 4));
    workspace.write("three-heads.npy", workspace.range(DType.FP32, 1, 40, 3, 8));
    workspace.write("thick.npy", workspace.range(DType.FP32, 1, 2, 1, 300));
    workspace.write("bf16.safetensors", workspace.range(DType.BF16, 1, 4, 1, 4));
    Files.writeString(workspace.path("text.npy"), "hello");
    Files.createDirectory(workspace.path("folder"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --out @out.npy --devices gpu          | devices should be a list like cpu:0,cpu:1 but got 'gpu'
          --out @out.npy --devices cpu:0,cpu:0  | devices should be listed once each but got cpu:0 twice
          --out @out.npy --devices vulkan:0     | cpu but got 'vulkan'
          --out @out.npy --devices cpu:5000     | cpu devices should be cpu:0 to cpu:1023 but got cpu:5000
          --out @out.npy --sharding snake       | '--sharding': should be one of contiguous, zigzag, striped, weighted but got 'snake'
          --out @out.npy --exchange pigeon      | '--exchange': should be one of auto, host, peer but got 'pigeon'
          --out @out.npy --speeds 1,2           | --speeds should come with --sharding weighted but got contiguous
          --out @out.npy --sharding weighted --speeds 1,2 | device speeds should be 1 numbers, one per device, but got 2
          --out @out.npy --threads 0            | threads should be at least 1 but got 0
          --out @out.npy --window 3             | '--window': should be two numbers of at least -1, such as 256,0, but got '3'
          --out @out.npy --window -2,1          | '--window': should be two numbers of at least -1
          --out @out.npy --softcap -1           | softcap should be 0 (off) or positive and finite but got -1.0
          --out @out.npy --scale NaN            | scale should be finite but got NaN
          --out @out.npy --dropout 1            | dropout should be in [0, 1) but got 1.0
          --out @out.npy --dropout x            | '--dropout'
          --out @out.npy --alibi @cube.npy      | cube.npy: should have shape (heads) or (batch, heads) but got [1, 2, 4]
          --out @out.npy --alibi @flat.npy      | alibi slopes should have shape (4) or (1, 4) but got 40
          --out @out.npy --alibi @none.npy      | none.npy
          --out @out.npy --attn-type fast       | '--attn-type': attn-type should be one of auto, reference, scalar, vector
          --out @out.npy --attn-type tiled      | attn-type of cpu:0 should be auto, reference, scalar, vector or onednn but got 'tiled'
          --out @out.npy --attn-type tensor --devices cpu:0,cpu:1 | should be auto, reference, scalar, vector or onednn but got 'tensor'
          --out @out.npy --attn-type tiled --devices cpu:0,cpu:1 --sharding weighted | should be auto, reference, scalar, vector or onednn but got 'tiled'
          --out @out.npy --dtype fp8            | '--dtype': should be one of fp32, fp16, bf16 but got 'fp8'
          --out @out.npy --joint-k @jk.npy      | --joint-k and --joint-v should come together
          --out @out.npy --joint-out @jo.npy --joint-q @jq.npy | --joint-q should come with --joint-k and --joint-v
          --out @out.npy --joint-k @jk.npy --joint-v @jv.npy --joint-strategy left | joint-strategy should be front or back but got 'left'
          --out @out.npy --joint-k @jk.npy --joint-v @jv.npy --joint-q @jq.npy | --joint-q should come with --joint-out
          --out @out.npy --joint-out @jout.npy  | --joint-out should come with --joint-q
          --out @out.npy --joint-k @half.npy --joint-v @half.npy | joint key should have dtype fp32, as q, but got fp16
          --out @out.txt                        | out.txt: an output's name should end in .npy or .safetensors
          --out @folder                         | folder
          --out @nowhere/out.npy                | nowhere/out.npy
          --out @q.npy                          | q.npy: an output should be a file of its own but it is also given as
          --out @folder/../k.npy                | k.npy: an output should be a file of its own
          --out @out.npy --lse @out.npy         | out.npy: an output should be a file of its own
          --out @out.npy --alibi @flat.npy --lse @flat.npy | flat.npy: an output should be a file of its own
          --out @out.npy --dtype bf16           | out.npy
          --lse @lse.npy                        | --out
          --out @out.npy --trace @nowhere/t.svg | nowhere/t.svg: folder should exist
          """)
  void optionsAreChecked(String options, String message) throws IOException {
    assertRefused(QKV + options, message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          run --out @out.npy                                              | inputs should be --q, --k and --v (or --input) but got 0 of them
          run --q @q.npy --k @k.npy --out @out.npy                        | inputs should be --q, --k and --v (or --input) but got 2 of them
          run --q @q.npy --k @k.npy --v @v.npy --input @q.npy --out @out.npy | --input has q, k and v: it should come without --q, --k and --v
          run --input @q.npy --out @out.npy                               | q.npy: should have a tensor 'k'
          run --input @none.npz --out @out.npy                            | none.npz
          run --q @none.npy --k @k.npy --v @v.npy --out @out.npy          | none.npy
          run --q @text.npy --k @k.npy --v @v.npy --out @out.npy          | text.npy
          run --q @folder --k @k.npy --v @v.npy --out @out.npy            | folder
          run --q @flat.npy --k @k.npy --v @v.npy --out @out.npy          | q should have shape (batch, seqLen, heads, headDim) but got [40]
          run --q @q.npy --k @half.npy --v @v.npy --out @out.npy          | k should have dtype fp32, as q, but got fp16
          run --q @q.npy --k @k.npy --v @short.npy --out @out.npy         | v should have as many tokens as k, 40, but got 39
          run --q @q.npy --k @three-heads.npy --v @three-heads.npy --out @out.npy | heads should be a multiple of kvHeads but got 4 and 3
          run --q @thick.npy --k @thick.npy --v @thick.npy --out @out.npy | headDim should be in [1, 256] but got 300
          run --q @bf16.safetensors --k @bf16.safetensors --v @bf16.safetensors --out @out.npy | out.npy
          verify --random 1,2,3                                           | '--random': should be 4 to 6 numbers B,S,H,D[,KVH[,SK]] but got '1,2,3'
          verify --random 1,2,3,x                                         | '--random': should be 4 to 6 numbers
          verify --random 1,8,4,8,3                                       | '--random': heads should be a multiple of kvHeads but got 4 and 3
          verify --random 1,2,3,4 --q @q.npy --k @k.npy --v @v.npy        | --random should come without input files
          verify --random 1,2147483647,64,256 --devices cpu:0             | the host should have 422 TB of free memory for random inputs but has
          trace --random 1,2147483647,64,256 --devices cpu:0 --out @t.svg | the host should have 422 TB of free memory for random inputs but has
          verify                                                          | inputs should be --q, --k and --v (or --input, or --random) but got 0 of them
          demo --out @q.npy                                               | --out should be a directory
          trace --random 1,8,4,8 --out @nowhere/t.svg                     | nowhere/t.svg: folder should exist
          """)
  void inputsAreChecked(String line, String message) throws IOException {
    assertRefused(line, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--q", "--joint-k", "--alibi", "--out", "--lse", "--trace"})
  void anEmptyPathIsNamed(String option) {
    Invocation run = Invocation.of("run", option, "");

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("'" + option + "'", "should be a path but got ''");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--q", "--alibi", "--out"})
  void aPathBeyondTheLocalesEncodingIsNamed(String option, @TempDir Path parent) throws Exception {
    Path directory = Files.createDirectory(parent.resolve("work"));
    String setUp = "LC_ALL=C exec \"$@\" %s \"$(printf 'caf\\303\\251.npy')\"".formatted(option);
    try (ProgramProcess program = ProgramProcess.start(directory, setUp, "run")) {
      Invocation run = program.end();

      assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err())
          .contains("'" + option + "'", "in the locale's encoding", "use a UTF-8 locale")
          .doesNotContain("Exception");
    }
  }

  @Test
  void aTensorWithoutElementsMayHaveAnySize() throws IOException {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 0, 1, 4), }";
    Files.write(workspace.path("huge.npy"), npy(header));

    assertRefused(
        "run --q @huge.npy --k @huge.npy --v @huge.npy --out @out.npy",
        "batch should be at most 2147483647 but got 1099511627776");
  }

  @Test
  void aFileNameCannotBreakTheLine() {
    Invocation run =
        Invocation.of("run", "--input", "no\nsuch\u001b[31mfile.npz", "--out", "out.npy");

    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).doesNotContain("\u001b");
  }

  private static byte[] npy(String header) {
    String padded = "%-117s\n".formatted(header);
    byte[] file = new byte[10 + padded.length()];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded.length(), 0};
    System.arraycopy(magic, 0, file, 0, magic.length);
    byte[] text = padded.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, file, magic.length, text.length);
    return file;
  }

  private void assertRefused(String line, String message) throws IOException {
    List<String> before = workspace.names();

    Invocation run = workspace.invoke(line);

    assertThat(run.err()).contains(message);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(workspace.names()).isEqualTo(before);
  }
}
