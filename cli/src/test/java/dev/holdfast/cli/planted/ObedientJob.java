// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

import dev.holdfast.Holdfast;
import dev.holdfast.policy.CheckpointPolicy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A job that does what it reads, a word for each step, and answers with the step when it has done
 * it: {@code step}, {@code slow} takes a second, {@code version}, {@code fail}, {@code stop}, or
 * {@code rest}: all other steps.
 */
public final class ObedientJob {
  public static final int STEPS = 50;

  private ObedientJob() {}

  public static void main(String[] args) {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Holdfast.job("obedient")
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)))
        .main(hf -> {
          double[] field = hf.protect("field", new double[10_000]);
          String word = "";
          for (long step : hf.steps(STEPS)) {
            field[(int) step] = step;
            word = word.equals("rest") ? word : String.valueOf(in.readLine());
            switch (word) {
              case "version" -> hf.checkpoint().awaitDurable();
              case "fail" -> throw new IllegalStateException("as told");
              case "slow" -> LockSupport.parkNanos(1_000_000_000L);
              case "stop" -> hf.stop();
              default -> {}
            }
            System.out.println(step);
          }
        });
  }
}
