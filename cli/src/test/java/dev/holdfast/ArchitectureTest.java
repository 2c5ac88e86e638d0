// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.File;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/ARCHITECTURE.md that a machine can check, on the compiled classes. */
final class ArchitectureTest {
  private static final String POLICY = "dev.holdfast.policy..";
  private static final String STORAGE = "dev.holdfast.storage..";
  private static final String CORE = "dev.holdfast";
  private static final String PROCESS = "dev.holdfast.process..";
  private static final String TESTING = "dev.holdfast.testing..";
  private static final String CLI = "dev.holdfast.cli..";
  private static final String DISK = "dev.holdfast.storage.io..";
  private static final String CODECS = "dev.holdfast.storage.codec..";
  private static final String ZSTD = "com.github.luben.zstd..";
  private static final String FLIGHT_RECORDER = "jdk.jfr..";
  private static final String EXAMPLES = "";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importLocations(
              Stream.of(
                      "dev.holdfast.policy.Durations",
                      "dev.holdfast.storage.Store",
                      "dev.holdfast.Holdfast",
                      "dev.holdfast.simulator.Simulation",
                      "dev.holdfast.cli.Main",
                      "HeatDiffusion")
                  .map(ArchitectureTest::moduleOf)
                  .toList());

  private static Location moduleOf(String className) {
    try {
      Class<?> found = Class.forName(className, false, ArchitectureTest.class.getClassLoader());
      return Location.of(found.getProtectionDomain().getCodeSource().getLocation());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DescribedPredicate<JavaClass> named(String... simpleNames) {
    Pattern pattern =
        Pattern.compile("dev\\.holdfast\\.(" + String.join("|", simpleNames) + ")(\\$.*)?");
    return DescribedPredicate.describe(
        String.join(", ", simpleNames), c -> pattern.matcher(c.getName()).matches());
  }

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  /** A rule about classes that were not found would hold for nothing. */
  @Test
  void classes_ofEveryModule_areExamined() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(
        Set.of(
            EXAMPLES,
            CORE,
            "dev.holdfast.process",
            "dev.holdfast.testing",
            "dev.holdfast.policy",
            "dev.holdfast.policy.fit",
            "dev.holdfast.policy.logs",
            "dev.holdfast.simulator",
            "dev.holdfast.simulator.drill",
            "dev.holdfast.storage",
            "dev.holdfast.storage.codec",
            "dev.holdfast.storage.format",
            "dev.holdfast.storage.io",
            "dev.holdfast.cli",
            "dev.holdfast.cli.batch",
            "dev.holdfast.cli.doctor",
            "dev.holdfast.cli.run",
            "dev.holdfast.cli.script"),
        packages);
  }

  @Test
  void policy_dependsOn_mathOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(POLICY)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(POLICY, "java..", "org.jspecify..", "org.apache.commons.math3.."));
  }

  @Test
  void storage_dependsOn_zstdOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(STORAGE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                STORAGE, "java..", "javax.crypto..", FLIGHT_RECORDER, "org.jspecify..", ZSTD));
  }

  @Test
  void zstd_isKnown_toCodecsOnly() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CODECS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ZSTD));
  }

  @Test
  void core_dependsOn_policyAndStorage() {
    check(
        classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                CORE,
                PROCESS,
                POLICY,
                STORAGE,
                "java..",
                FLIGHT_RECORDER,
                "org.jspecify..",
                "org.HdrHistogram..",
                "org.apache.commons.rng"));
  }

  @Test
  void process_dependsOn_storageOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(PROCESS)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(PROCESS, STORAGE, "java..", "org.jspecify.."));
  }

  /** It runs programs as any user would, through the public doors, and reads what they left. */
  @Test
  void testing_dependsOn_coreAndStorage() {
    check(
        classes()
            .that()
            .resideInAPackage(TESTING)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                TESTING,
                CORE,
                STORAGE,
                "dev.holdfast.policy", // where its classes lie, to tell them from a program's
                "java..",
                "org.jspecify..",
                "org.apache.commons.rng"));
  }

  @Test
  void simulator_dependsOn_policyAndCore() {
    check(
        classes()
            .that()
            .resideInAPackage("dev.holdfast.simulator..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "dev.holdfast.simulator..",
                POLICY,
                CORE,
                PROCESS,
                STORAGE, // through core: the drill reads what a job has left
                "java..",
                "org.jspecify..",
                "org.HdrHistogram..",
                "org.apache.commons.math3.."));
  }

  @Test
  void examples_dependOn_coreOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(EXAMPLES)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(EXAMPLES, CORE, "java..", "org.apache.commons.rng.."));
  }

  @Test
  void command_isUsed_byNobody() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLI, "picocli.."));
  }

  /** Loaded when a chart is asked for, and replaced in one place if it must be. */
  @Test
  void chartingLibrary_isKnown_toOneClass() {
    check(
        noClasses()
            .that(not(named("cli\\.SvgCharts")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jetbrains..", "kotlin..", "org.slf4j.."));
  }

  @Test
  void packages_haveNoCycles() {
    SliceAssignment byPackage =
        new SliceAssignment() {
          @Override
          public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
          }

          @Override
          public String getDescription() {
            return "packages";
          }
        };
    check(slices().assignedFrom(byPackage).should().beFreeOfCycles());
  }

  /** One door: a disk that lies can stand in for all of it in tests. */
  @Test
  void storage_opensFiles_throughOnePackage() {
    check(
        noClasses()
            .that(resideInAPackage(STORAGE).and(not(resideInAPackage(DISK))))
            .should()
            .dependOnClassesThat(opensFiles()));
  }

  /**
   * Job looks for holdfast.properties before there is a store, so before there is a disk;
   * FileDifference compares what two runs have left, when both are over.
   */
  @Test
  void core_opensFiles_besideTheStoreOnly() {
    check(
        noClasses()
            .that(resideInAPackage(CORE).and(not(named("Job", "FileDifference"))))
            .should()
            .dependOnClassesThat(opensFiles()));
  }

  private static DescribedPredicate<JavaClass> opensFiles() {
    return DescribedPredicate.describe(
        "open files",
        c ->
            c.isEquivalentTo(File.class)
                || c.isEquivalentTo(RandomAccessFile.class)
                || c.isEquivalentTo(FileChannel.class)
                || c.isEquivalentTo(Files.class)
                || c.getName().startsWith("java.io.File"));
  }

  @Test
  void threads_sleep_nowhereInTheLibrary() {
    check(noClasses().that(library()).should().callMethod(Thread.class, "sleep", long.class));
    check(
        noClasses()
            .that(library())
            .should()
            .callMethod(Thread.class, "sleep", java.time.Duration.class));
  }

  private static DescribedPredicate<JavaClass> library() {
    return not(resideInAPackage(CLI)).as("the library");
  }

  @Test
  void jvm_isEnded_byMainMethodsOnly() {
    check(
        noClasses()
            .that(not(named("Job", "Holdfast", "cli\\.Main")))
            .should()
            .callMethod(System.class, "exit", int.class));
    // The second Ctrl-C ends the process at once.
    check(
        noClasses()
            .that(not(named("StopSignals")))
            .should()
            .callMethod(Runtime.class, "halt", int.class));
  }

  @Test
  void standardOutput_belongsTo_theProgram() {
    check(
        noClasses()
            .that(resideInAPackage("dev.holdfast.."))
            .should()
            .accessField(System.class, "out"));
    check(
        noClasses()
            .that(resideInAPackage("dev.holdfast..").and(not(named("Messages"))))
            .should()
            .accessField(System.class, "err"));
  }

  /** SerializableCodec is opt-in and allow-listed; java.util.Random shows its state to no other. */
  @Test
  void serialization_isUsed_whereItIsAskedFor() {
    check(
        noClasses()
            .that(not(named("SerializableCodec", "JdkRandomForm")))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class));
  }

  /** Bytes become objects behind a filter that allows what was named, or not at all. */
  @Test
  void objects_areRead_behindAFilterOnly() {
    DescribedPredicate<JavaClass> read =
        DescribedPredicate.describe(
            "read objects",
            c ->
                c.getConstructorCallsFromSelf().stream()
                    .anyMatch(call ->
                        call.getTargetOwner().isEquivalentTo(ObjectInputStream.class)
                            && !call.getTarget().getRawParameterTypes().isEmpty()));
    assertEquals(1, CLASSES.stream().filter(read).count());
    check(
        classes()
            .that(read)
            .should()
            .callMethod(ObjectInputStream.class, "setObjectInputFilter", ObjectInputFilter.class));
  }

  /** A runtime may lack it: nobody else may load a class of it, or one that extends one. */
  @Test
  void flightRecorder_isKnown_toEventsOnly() {
    check(noClasses().that(not(named("[A-Za-z.]*Event"))).should().beAssignableTo("jdk.jfr.Event"));
    check(
        noClasses()
            .that(not(named("[A-Za-z.]*Event", "FlightEvents", "storage\\.FileEvents")))
            .should()
            .callConstructorWhere(
                DescribedPredicate.describe(
                    "of an event", call -> call.getTargetOwner().isAssignableTo("jdk.jfr.Event"))));
  }

  @Test
  void cryptography_isKnown_toTwoClasses() {
    check(
        noClasses()
            .that(not(named("storage\\.Keys", "storage\\.BlockCipher")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("javax.crypto.."));
  }

  @Test
  void sunMisc_isUsed_forSignalsOnly() {
    check(
        noClasses()
            .that(not(named("process\\.Signals")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("sun..", "jdk.internal.."));
    check(noClasses().should().dependOnClassesThat().haveSimpleName("Unsafe"));
  }

  /** Time is a parameter everywhere; the command measures what a person waits for. */
  @Test
  void clocks_areRead_throughTime() {
    DescribedPredicate<JavaClass> others = library().and(not(resideInAPackage(DISK)));
    check(noClasses().that(others).should().callMethod(System.class, "nanoTime"));
    check(noClasses().that(others).should().callMethod(System.class, "currentTimeMillis"));
    check(noClasses().that(others).should().callMethod(Instant.class, "now"));
  }

  @Test
  void packages_areNullMarked() {
    JavaPackage root = CLASSES.getPackage(CORE);
    Set<JavaPackage> packages = new HashSet<>(root.getSubpackagesInTree());
    packages.add(root);
    packages.removeIf(p -> p.isAnnotatedWith(NullMarked.class));
    assertEquals(Set.of(), packages);
  }
}
