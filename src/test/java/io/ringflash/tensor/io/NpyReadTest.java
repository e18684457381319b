package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReadTest {
  @TempDir Path folder;
  private final CountingArena arena = new CountingArena();

  @AfterEach
  void close() {
    arena.close();
  }

  /** Each time from a new file: a mapping sees what is later written to its own. */
  private Tensor read(byte[] bytes) throws IOException {
    return TensorFiles.readOne(
        Files.write(Files.createTempFile(folder, "q", ".npy"), bytes), arena);
  }

  private Tensor read(String header, byte[] data) throws IOException {
    return read(NpyBytes.version1(header, data));
  }

  @ParameterizedTest
  @CsvSource({
    "<f2, FP16, 1", "<f4, FP32, 1", "<f8, FP32, 1", ">f2, FP16, 1", ">f4, FP32, 1", ">f8, FP32, 1",
    "<f2, FP16, 2", "<f4, FP32, 2", "<f8, FP32, 2", ">f2, FP16, 2", ">f4, FP32, 2", ">f8, FP32, 2",
    "<f2, FP16, 3", "<f4, FP32, 3", "<f8, FP32, 3", ">f2, FP16, 3", ">f4, FP32, 3", ">f8, FP32, 3"
  })
  void everyTypeByteOrderAndVersionInBothOrders(String descr, DType dtype, int version)
      throws IOException {
    List<Long> shape = List.of(2L, 3L, 4L);
    byte[] data = NpyBytes.halves(descr, 24);
    Tensor c = read(NpyBytes.version(version, NpyBytes.dictionary(descr, false, shape), data));
    Tensor fortran = read(NpyBytes.version(version, NpyBytes.dictionary(descr, true, shape), data));
    for (Tensor tensor : List.of(c, fortran)) {
      assertThat(tensor.dtype()).isEqualTo(dtype);
      assertThat(tensor.shape()).containsExactly(2, 3, 4);
      assertThat(tensor.isContiguous()).isTrue();
    }
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          assertThat(c.get(i, j, k)).isEqualTo(i * 12 + j * 4 + k + 0.5f);
          assertThat(fortran.get(i, j, k)).isEqualTo(i + j * 2 + k * 6 + 0.5f);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f2", "<f4"})
  void nativeElementsAreMappedReadOnly(String descr) throws IOException {
    String header = NpyBytes.dictionary(descr, false, List.of(1000L));
    Tensor tensor = read(header, NpyBytes.halves(descr, 1000));
    assertThat(arena.allocated()).isZero();
    assertThat(tensor.data().isMapped()).isTrue();
    assertThat(tensor.data().isReadOnly()).isTrue();
    assertThat(tensor.get(999)).isEqualTo(999.5f);
  }

  @Test
  void elementsAtAnOddOffsetAreMapped() throws IOException {
    String header = NpyBytes.dictionary("<f4", false, List.of(3L));
    String odd = header + (header.length() % 2 == 0 ? " " : "");
    Tensor tensor = read(odd, NpyBytes.halves("<f4", 3));
    assertThat(tensor.data().address() % 2).isOne();
    assertThat(Tensors.values(tensor)).containsExactly(0.5f, 1.5f, 2.5f);
  }

  @Test
  void doublesAreRoundedToNearestEven() throws IOException {
    double tieToEven = 1 + Math.ulp(1f) / 2.0;
    double[] values = {0.1, tieToEven, Math.nextUp(tieToEven), 1e300, -1e-300, Double.NaN, -0.0};
    ByteBuffer data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      data.putDouble(values[i]);
      expected[i] = (float) values[i];
    }
    Tensor tensor = read(NpyBytes.dictionary("<f8", false, List.of(7L)), data.array());
    assertThat(Tensors.values(tensor)).isEqualTo(expected);
    assertThat(tensor.get(1)).isEqualTo(1);
    assertThat(tensor.get(2)).isGreaterThan(1);
  }

  @Test
  void moreElementsThanAChunkAreConverted() throws IOException {
    int count = 150_001;
    byte[] data = NpyBytes.halves(">f8", count);
    Tensor tensor = read(NpyBytes.dictionary(">f8", false, List.of((long) count)), data);
    float[] values = Tensors.values(tensor);
    for (int i = 0; i < count; i++) {
      assertThat(values[i]).isEqualTo(i + 0.5f);
    }
    assertThat(arena.allocated()).isEqualTo(4L * count);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(0,)", "(3, 0, 5)", "(0, 9)"})
  void emptyTensorsAreFine(String shape) throws IOException {
    for (String descr : List.of("<f4", ">f8")) {
      for (String order : List.of("False", "True")) {
        String header =
            "{'descr': '%s', 'fortran_order': %s, 'shape': %s}".formatted(descr, order, shape);
        assertThat(read(header, new byte[0]).size()).isZero();
      }
    }
  }

  @Test
  void aScalarHasNoDimensions() throws IOException {
    Tensor tensor =
        read("{'descr':'<f4','fortran_order':False,'shape':()}", NpyBytes.halves("<f4", 1));
    assertThat(tensor.rank()).isZero();
    assertThat(tensor.get()).isEqualTo(0.5f);
  }

  @Test
  void shapesOfManyDimensionsAreFine() throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s)}".formatted("1,".repeat(32));
    assertThat(read(header, new byte[4]).rank()).isEqualTo(32);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}",
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}",
        "{'descr':'<f4','fortran_order':False,'shape':(2,),}",
        "\t{ 'descr' : '<f4' ,\n 'fortran_order' : False , 'shape' : ( 2 , ) , }   \n\n",
        "{'descr': ('<f4'), 'fortran_order': (False), 'shape': ((2),)}"
      })
  void headersMayBeWrittenAsPythonAllows(String header) throws IOException {
    assertThat(Tensors.values(read(header, NpyBytes.halves("<f4", 2)))).containsExactly(0.5f, 1.5f);
  }

  @Test
  void theTensorHasTheNameOfTheFile() throws IOException {
    Path file = Files.write(folder.resolve("layer.0.q.npy"), NpyBytes.vector(2));
    assertThat(TensorFiles.read(file, arena)).containsOnlyKeys("layer.0.q");
    assertThat(TensorFiles.list(file))
        .containsExactly(new TensorInfo("layer.0.q", "<f4", List.of(2L), true));
  }

  @Test
  void otherTypesAreListedButNotRead() throws IOException {
    Path file =
        Files.write(
            folder.resolve("q.npy"),
            NpyBytes.version1(NpyBytes.dictionary("<i8", false, List.of(1L)), new byte[8]));
    assertThat(TensorFiles.list(file))
        .containsExactly(new TensorInfo("q", "<i8", List.of(1L), false));
  }
}
