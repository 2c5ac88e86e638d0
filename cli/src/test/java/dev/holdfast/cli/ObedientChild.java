// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.cli.planted.ObedientJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A process of {@link ObedientJob}. */
final class ObedientChild implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  ObedientChild(Path store, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(DrillPrograms.java(ObedientJob.class.getName()))
            .directory(store.resolveSibling("").toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(store.resolveSibling("err").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
    builder.environment().keySet().removeIf(name -> name.startsWith("SLURM"));
    builder.environment().put("HOLDFAST_STORE", store.toString());
    builder.environment().put("HOLDFAST_MTTF", "12h");
    builder.environment().putAll(environment);
    process = builder.start();
    out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  long pid() {
    return process.pid();
  }

  /** Returns when each word has been obeyed. */
  ObedientChild tell(String... words) throws IOException {
    for (String word : words) {
      process.getOutputStream().write((word + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
      String answer = out.readLine();
      if (answer == null) {
        throw new IOException("it ended instead of obeying " + word);
      }
    }
    return this;
  }

  /** Lets it go on, to its end. */
  int end(String word) throws IOException, InterruptedException {
    process.getOutputStream().write((word + "\n").getBytes(UTF_8));
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }

  /** Has it make steps, a step each time it asks, until it ends; completes with its code. */
  CompletableFuture<Integer> stepUntilItEnds() {
    return CompletableFuture.supplyAsync(() -> {
      try {
        String answer = "";
        while (answer != null) {
          process.getOutputStream().write("slow\n".getBytes(UTF_8));
          process.getOutputStream().flush();
          answer = out.readLine();
        }
      } catch (IOException e) {
        // It has ended, which is all there is to know.
      }
      return process.onExit().join().exitValue();
    });
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
