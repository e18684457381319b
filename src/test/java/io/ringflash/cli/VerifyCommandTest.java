package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class VerifyCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"fp32", "fp16", "bf16"})
  void randomInputsOfAnyTypePass(String dtype) {
    Invocation verify =
        Invocation.ofLine(
            "verify --random 2,33,4,8,2,50 --seed 5 --causal --devices cpu:0,cpu:1 --dtype "
                + dtype);

    assertThat(verify.err()).isEmpty();
    assertThat(verify.code()).isEqualTo(ExitCode.DONE);
    assertThat(verify.out()).contains("all 264 rows compared", "passed (worst row: batch");
  }

  @Test
  void filesAndJointQueriesAreVerifiedToo(@TempDir Path directory) throws IOException {
    Workspace workspace = new Workspace(directory);
    workspace.writeInputs();

    Invocation verify =
        workspace.invoke(
            "verify --q @q.npy --k @k.npy --v @v.npy --joint-k @jk.npy --joint-v @jv.npy"
                + " --joint-q @jq.npy --causal --json");

    JsonNode verification = JsonMapper.shared().readTree(verify.out()).get("verification");
    assertThat(verification.get("passed").booleanValue()).isTrue();
    assertThat(verification.get("totalRows").longValue()).isEqualTo(4 * (40 + 3));
    assertThat(verification.get("rows").longValue()).isEqualTo(4 * (40 + 3));
    assertThat(verify.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void aWrongResultFails(@TempDir Path services) throws Exception {
    Invocation verify =
        TestEngines.offer(
            services, () -> Invocation.ofLine("verify --random 1,20,1,4 --devices wrong:0"));

    assertThat(verify.code()).isEqualTo(ExitCode.VERIFICATION_FAILED);
    assertThat(verify.out()).contains("1.0e-02").contains("FAILED (worst row: batch 0, head 0");
  }
}
