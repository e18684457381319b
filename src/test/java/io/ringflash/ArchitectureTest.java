package io.ringflash;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ringflash.engine.cpu.CpuEngine;
import java.io.ObjectInput;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The house rules that a compiler does not check. */
class ArchitectureTest {
  private static final String API = "io.ringflash";
  private static final String CLI = "io.ringflash.cli..";
  private static final String EXPERIMENT = "io.ringflash.experiment..";
  private static final String RING = "io.ringflash.ring..";
  private static final String CPU = "io.ringflash.engine.cpu..";
  private static final String ENGINE = "io.ringflash.engine";
  private static final String ATTENTION = "io.ringflash.attention..";
  private static final String FILES = "io.ringflash.tensor.io..";
  private static final String TENSOR = "io.ringflash.tensor";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.ringflash");

  /** What a file holds is parsed; it never names a class. */
  @Test
  void filesAreNotDeserialised() {
    noClasses()
        .that()
        .resideInAnyPackage(FILES, TENSOR)
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ObjectInput.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.beans..", "java.lang.reflect..", "tools.jackson.databind..")
        .check(CLASSES);
  }

  @Test
  void dependenciesPointOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("cli")
        .definedBy(CLI)
        .layer("experiment")
        .definedBy(EXPERIMENT)
        .layer("api")
        .definedBy(API)
        .layer("ring")
        .definedBy(RING)
        .layer("engines")
        .definedBy("io.ringflash.engine.*..")
        .layer("engine")
        .definedBy(ENGINE)
        .layer("attention")
        .definedBy(ATTENTION)
        .layer("files")
        .definedBy(FILES)
        .layer("tensor")
        .definedBy(TENSOR)
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("experiment")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers("cli", "experiment")
        .whereLayer("ring")
        .mayOnlyBeAccessedByLayers("cli", "experiment", "api")
        .whereLayer("engines")
        .mayOnlyBeAccessedByLayers("cli", "experiment", "api")
        .whereLayer("engine")
        .mayOnlyBeAccessedByLayers("cli", "experiment", "api", "ring", "engines")
        .whereLayer("attention")
        .mayOnlyBeAccessedByLayers("cli", "experiment", "api", "ring", "engines", "engine")
        .whereLayer("files")
        .mayOnlyBeAccessedByLayers("cli", "experiment")
        .whereLayer("tensor")
        .mayNotAccessAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES);
  }

  /** What everybody else knows of engines is the seam. */
  @Test
  void onlyTheSurfaceChoosesTheCpuEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(API, CLI, EXPERIMENT, CPU)
        .should()
        .dependOnClassesThat(describe("are the CPU engine", c -> c.isEquivalentTo(CpuEngine.class)))
        .check(CLASSES);
  }

  @Test
  void everyPackageSaysWhatBelongsThereAndIsNullMarked() {
    for (JavaPackage javaPackage : CLASSES.getPackage(API).getSubpackagesInTree()) {
      requireNullMarked(javaPackage);
    }
    requireNullMarked(CLASSES.getPackage(API));
  }

  @Test
  void onlyCommandsPrint() {
    noClasses().that().resideOutsideOfPackage(CLI).should(ACCESS_STANDARD_STREAMS).check(CLASSES);
  }

  @Test
  void onlyCommandsKnowPicocli() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CLI)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCpuEngineKnowsVectorInstructions() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CPU)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
  }

  @Test
  void testLibrariesStayInTests() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.junit..", "org.assertj..", "com.tngtech..")
        .check(CLASSES);
  }

  private static void requireNullMarked(JavaPackage javaPackage) {
    if (!javaPackage.getClasses().isEmpty()) {
      assertThat(javaPackage.isAnnotatedWith(NullMarked.class))
          .as("package-info of %s is @NullMarked", javaPackage.getName())
          .isTrue();
    }
  }
}
