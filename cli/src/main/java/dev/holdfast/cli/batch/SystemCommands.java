// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.process.Programs;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The commands of this machine. Those that ask answer in UTC and in the C locale whatever the user
 * prefers, and without the variables by which squeue is made to filter. Those that submit get the
 * environment as it is, for the new job inherits it, but without what Slurm says of the present
 * job: the first run of a new job has no SLURM_RESTART_COUNT of its own, so it would keep ours.
 */
final class SystemCommands implements Commands {
  private static final int ANSWER_BYTES = 1 << 20;
  private static final Set<String> SUBMIT = Set.of("sbatch", "qsub", "bsub");

  /** How to reach Slurm, not what it says of the job. */
  private static final Set<String> SLURM_ITSELF =
      Set.of("SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_CLUSTERS");

  private final Map<String, String> environment;

  SystemCommands(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Optional<Path> find(String name) {
    return Programs.onPath(name, environment.getOrDefault("PATH", ""));
  }

  @Override
  public Result run(Duration limit, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectInput(new File("/dev/null"));
    Map<String, String> given = builder.environment();
    given.clear();
    given.putAll(environment);
    if (command.stream().anyMatch(SUBMIT::contains)) {
      given.keySet().removeIf(n -> n.startsWith("SLURM_") && !SLURM_ITSELF.contains(n));
    } else {
      given.keySet().removeIf(n -> n.startsWith("SQUEUE_") || n.startsWith("LC_"));
      given.putAll(Map.of("TZ", "UTC", "LC_ALL", "C", "SLURM_TIME_FORMAT", "standard"));
    }
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Result(Result.NOT_STARTED, "", String.valueOf(e.getMessage()));
    }
    return outcome(process, limit.toNanos());
  }

  /** What it wrote counts in the limit: a child that it left behind may hold its pipes open. */
  private static Result outcome(Process process, long limitNanos) {
    CompletableFuture<String> out = reading(process.getInputStream());
    CompletableFuture<String> err = reading(process.getErrorStream());
    CompletableFuture<Void> all = CompletableFuture.allOf(out, err, process.onExit());
    boolean interrupted = false;
    try {
      all.get(limitNanos, TimeUnit.NANOSECONDS);
      return new Result(process.exitValue(), out.join(), err.join());
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException | TimeoutException e) {
      // No answer: ended below.
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new Result(Result.NO_ANSWER, "", "");
  }

  /** Reads everything, so that the command never waits for us, and keeps the begin of it. */
  private static CompletableFuture<String> reading(InputStream from) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (from) {
            byte[] kept = from.readNBytes(ANSWER_BYTES);
            from.transferTo(OutputStream.nullOutputStream());
            text.complete(new String(kept, StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.completeExceptionally(e);
          }
        });
    return text;
  }
}
