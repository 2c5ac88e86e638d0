// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.SystemFacts;
import org.junit.jupiter.api.Test;

/** Who may be taken over at once, who may not, and who must be waited for. */
class LivenessTest {
  private static final Id128 STORE = new Id128(1, 2);
  private static final long ATTEMPT = 7;
  private static final long PID = ProcessHandle.current().pid();
  private static final long TICKS = SystemFacts.processStart(PID).orElseThrow();

  /** A pid that no kernel gives out. */
  private static final long NO_PID = 1L << 40;

  private static Holder holder(String host, String boot, String space, long pid, long ticks) {
    return new Holder(host, boot, space, pid, ticks, "ada", "", "", 0);
  }

  private static Holder inJob(String host, String boot, String job, long restarts) {
    return new Holder(host, boot, "pid:[1]", NO_PID, 5, "ada", "Slurm", job, restarts);
  }

  private static Liveness of(Holder holder, Holder me) {
    return Liveness.of(holder, STORE, ATTEMPT, me);
  }

  private static final Holder ME = holder("n001", "boot-1", "pid:[1]", PID, TICKS);

  @Test
  void of_sameProcessThatHoldsTheStore_isAlive() {
    ThisProcess.hold(STORE, ATTEMPT);
    assertEquals(Liveness.ALIVE, of(ME, ME));
    ThisProcess.release(STORE, ATTEMPT);
    assertEquals(Liveness.GONE, of(ME, ME));
  }

  @Test
  void of_runningProcessOfThisKernel_isAlive() {
    Holder other = holder("n001", "boot-1", "pid:[1]", PID, TICKS);
    Holder me = holder("n001", "boot-1", "pid:[1]", PID + 1, TICKS + 1);
    assertEquals(Liveness.ALIVE, of(other, me));
  }

  @Test
  void of_processThatHasEnded_isGone() {
    assertEquals(Liveness.GONE, of(holder("n001", "boot-1", "pid:[1]", NO_PID, 5), ME));
  }

  @Test
  void of_pidUsedAgainByAnotherProcess_isGone() {
    Holder me = holder("n001", "boot-1", "pid:[1]", PID + 1, TICKS + 1);
    assertEquals(Liveness.GONE, of(holder("n001", "boot-1", "pid:[1]", PID, TICKS - 1), me));
  }

  @Test
  void of_sameHostBootedSince_isGone() {
    assertEquals(Liveness.GONE, of(holder("n001", "boot-0", "pid:[1]", PID, TICKS), ME));
  }

  @Test
  void of_anotherHost_isUnknown() {
    assertEquals(Liveness.UNKNOWN, of(holder("n002", "boot-2", "pid:[1]", PID, TICKS), ME));
  }

  @Test
  void of_anotherContainerOfThisKernel_isUnknown() {
    assertEquals(Liveness.UNKNOWN, of(holder("c9", "boot-1", "pid:[9]", NO_PID, 5), ME));
    assertEquals(Liveness.UNKNOWN, of(holder("n001", "boot-1", "pid:[9]", NO_PID, 5), ME));
  }

  @Test
  void of_earlierRunOfTheSameJobByItsScheduler_isSuperseded() {
    Holder me = inJob("n001", "boot-1", "4711", 2);
    assertEquals(Liveness.SUPERSEDED, of(inJob("n002", "boot-2", "4711", 1), me));
    assertEquals(Liveness.UNKNOWN, of(inJob("n002", "boot-2", "4711", 2), me));
    assertEquals(Liveness.UNKNOWN, of(inJob("n002", "boot-2", "4711", 3), me));
    assertEquals(Liveness.UNKNOWN, of(inJob("n002", "boot-2", "4712", 1), me));
  }

  @Test
  void of_earlierRunOfTheSameJobThatStillRunsHere_isSuperseded() {
    Holder zombie = new Holder("n001", "boot-1", "pid:[1]", PID, TICKS, "ada", "Slurm", "4711", 0);
    assertEquals(Liveness.SUPERSEDED, of(zombie, inJob("n001", "boot-1", "4711", 1)));
    assertEquals(Liveness.ALIVE, of(zombie, inJob("n001", "boot-1", "4711", 0)));
    assertEquals(Liveness.ALIVE, of(zombie, inJob("n001", "boot-1", "4712", 1)));
  }

  @Test
  void of_earlierRunOfTheSameJobThatEndedHere_isGone() {
    Holder me = inJob("n001", "boot-1", "4711", 2);
    assertEquals(Liveness.GONE, of(inJob("n001", "boot-1", "4711", 1), me));
    assertEquals(Liveness.GONE, of(inJob("n001", "boot-0", "4711", 1), me), "booted since");
  }

  @Test
  void of_hostsWithoutABootIdentity_areJudgedByNameAndProcess() {
    Holder me = holder("mac", "", "", PID, TICKS);
    assertEquals(Liveness.GONE, of(holder("mac", "", "", NO_PID, 5), me));
    assertEquals(Liveness.UNKNOWN, of(holder("other", "", "", NO_PID, 5), me));
  }
}
