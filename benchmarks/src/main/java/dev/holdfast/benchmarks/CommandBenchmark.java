// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long a person waits for {@code holdfast interval -q}, beside plain {@code java -jar}. */
public final class CommandBenchmark {
  private static final List<String> QUESTION =
      List.of("interval", "-q", "--mttf", "24h", "--cost", "5min");

  private CommandBenchmark() {}

  /** The arguments of {@link Setup}, and the folder of the sources, where the command is built. */
  public static void main(String[] args) throws Exception {
    Setup setup = Setup.of(args);
    Path root = Path.of(args[4]).toAbsolutePath();
    int rounds = setup.quick() ? 3 : 15;
    String java = ProcessHandle.current().info().command().orElse("java");
    String jar = root.resolve("cli/target/holdfast.jar").toString();
    List<String> launcher = new ArrayList<>(List.of(root.resolve("holdfast").toString()));
    List<String> plain = new ArrayList<>(List.of(java, "-jar", jar));
    launcher.addAll(QUESTION);
    plain.addAll(QUESTION);
    seconds(launcher); // builds what is missing
    double[] launched = new double[rounds];
    double[] plainly = new double[rounds];
    double[] ratios = new double[rounds];
    Report report = new Report("command", setup, "rounds", rounds);
    for (int i = 0; i < rounds; i++) {
      launched[i] = seconds(launcher);
      plainly[i] = seconds(plain);
      ratios[i] = launched[i] / plainly[i];
    }
    double launcherSeconds = new Sample(launched).median();
    double plainSeconds = new Sample(plainly).median();
    Sample ratio = new Sample(ratios);
    System.out.printf(
        Locale.ROOT,
        "holdfast interval -q: %.3f s; java -jar: %.3f s; ratio %.2f (%.2f to %.2f)%n",
        launcherSeconds,
        plainSeconds,
        ratio.median(),
        ratio.least(),
        ratio.most());
    report.row(
        "launcher_s", launcherSeconds,
        "java_jar_s", plainSeconds,
        "ratio", ratio.median(),
        "ratio_least", ratio.least(),
        "ratio_most", ratio.most());
    report.write();
  }

  private static double seconds(List<String> command) throws IOException, InterruptedException {
    Stopwatch watch = new Stopwatch();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int code = process.waitFor();
    double seconds = watch.seconds();
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with code " + code);
    }
    return seconds;
  }
}
