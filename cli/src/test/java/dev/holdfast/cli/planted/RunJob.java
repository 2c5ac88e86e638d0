// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

import dev.holdfast.Holdfast;
import dev.holdfast.policy.CheckpointPolicy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * A job for a supervisor: says which steps it does, makes versions when told, and dies when told.
 * Its arguments are {@code steps=N}, {@code every=N} for a version after every N steps, and {@code
 * crash=N} for a death after N steps of one attempt, with {@code code=N}.
 */
public final class RunJob {
  private RunJob() {}

  public static void main(String[] args) {
    Properties told = new Properties();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      told.setProperty(arg.substring(0, equals), arg.substring(equals + 1));
    }
    long every = number(told, "every");
    long crash = number(told, "crash");
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    Holdfast.job("job")
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)))
        .main(hf -> {
          double[] sum = hf.protect("sum", new double[1]);
          long done = 0;
          for (long step : hf.steps(number(told, "steps"))) {
            if (every > 0 && step > 0 && step % every == 0) {
              hf.checkpoint().awaitDurable();
            }
            sum[0] += step;
            out.println("step " + step);
            if (++done == crash) {
              Runtime.getRuntime().halt((int) number(told, "code"));
            }
            LockSupport.parkNanos(1_000_000);
          }
          out.println("sum " + sum[0]);
        });
  }

  private static long number(Properties told, String name) {
    return Long.parseLong(told.getProperty(name, "0"));
  }
}
