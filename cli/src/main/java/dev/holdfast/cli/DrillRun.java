// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.simulator.drill.Drill;
import dev.holdfast.simulator.drill.DrillEvent;
import dev.holdfast.simulator.drill.DrillException;
import dev.holdfast.simulator.drill.DrillListener;
import dev.holdfast.simulator.drill.DrillPlan;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import picocli.CommandLine;

/** Holds a drill for a person: prints what happens, and leaves no process behind. */
final class DrillRun {
  private final WorkFolder folder;
  private final boolean keep;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Progress progress;
  private volatile boolean interrupted;

  DrillRun(WorkFolder folder, boolean keep, CommandLine command) {
    this.folder = folder;
    this.keep = keep;
    this.out = command.getOut();
    this.err = command.getErr();
    this.progress = new Progress(command.getErr());
  }

  /** Without anybody to read it there is no point in going on. */
  void tell(String line) {
    progress.clear();
    if (interrupted) {
      return;
    }
    out.println(line);
    if (out.checkError()) {
      throw new CommandException(ExitCode.IO_ERROR, "nobody reads standard output");
    }
  }

  /**
   * Holds it.
   *
   * @param inWords a line about an event, empty for none
   * @param report prints the result and returns the exit code
   */
  int hold(
      DrillPlan plan, Function<DrillEvent, String> inWords, Function<DrillResult, Integer> report)
      throws IOException {
    Drill drill = new Drill(plan, listener(inWords), Time.SYSTEM);
    Thread hook = Thread.ofPlatform().name("drill-interrupted").unstarted(() -> interrupted(drill));
    Runtime.getRuntime().addShutdownHook(hook);
    boolean done = false;
    try {
      int code = report.apply(drill.run());
      done = code == ExitCode.DONE;
      return code;
    } catch (DrillException e) {
      throw new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.FAILED, "interrupted");
    } finally {
      leaveTo(hook);
      progress.clear();
      abandon(drill);
      tidyUp(plan, done);
    }
  }

  private DrillListener listener(Function<DrillEvent, String> inWords) {
    return new DrillListener() {
      @Override
      public void tell(DrillEvent event) {
        String line = inWords.apply(event);
        if (!line.isEmpty()) {
          DrillRun.this.tell(line);
        }
      }

      @Override
      public void progress(String run, double share) {
        if (share >= 0) {
          progress.show(run, Math.round(share * 1000) - 1, 1000);
        }
      }
    };
  }

  /** Once the JVM is being shut down the hook alone acts: this thread has nothing more to say. */
  private static void leaveTo(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      while (true) {
        LockSupport.park();
      }
    }
  }

  /** Ctrl-C or SIGTERM: no process stays behind. */
  private void interrupted(Drill drill) {
    interrupted = true;
    progress.clear();
    abandon(drill);
    err.println("holdfast: interrupted; the command was ended");
    try {
      if (!keep) {
        folder.remove();
      }
    } catch (IOException e) {
      err.println("holdfast: " + folder.path() + " could not be removed");
    }
  }

  private void abandon(Drill drill) {
    try {
      drill.abandon();
    } catch (IOException | DrillException e) {
      err.println("holdfast: the command may still run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tidyUp(DrillPlan plan, boolean done) throws IOException {
    if (!keep && done) {
      folder.remove();
      return;
    }
    err.println("Kept: " + folder.path());
    Path killed = plan.killed();
    for (Path store : StoreAddress.storesBelow(killed)) {
      err.println("Look: holdfast ls " + store);
    }
  }
}
