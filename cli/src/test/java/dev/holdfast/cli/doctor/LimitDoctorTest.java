// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.cli.doctor.Check.Level;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits as the kernel prints them. */
final class LimitDoctorTest {
  private static List<Level> levels(String files, String size, String memory) {
    List<String> limits =
        List.of(
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max cpu time              unlimited            unlimited            seconds   ",
            "Max file size             " + size + "            unlimited            bytes     ",
            "Max open files            "
                + files
                + "                 1048576              files     ",
            "Max address space         " + memory + "            unlimited            bytes     ");
    return LimitDoctor.of(limits).stream().map(Check::level).toList();
  }

  @Test
  void limits_thatAVersionMeets_areWarnedOf() {
    Level ok = Level.OK;
    Level bad = Level.WARNING;
    assertEquals(List.of(ok, ok, ok), levels("1024", "unlimited", "unlimited"));
    assertEquals(List.of(bad, ok, ok), levels("64", "unlimited", "unlimited"));
    assertEquals(List.of(ok, bad, ok), levels("4096", "1048576", "unlimited"));
    assertEquals(List.of(ok, ok, bad), levels("4096", "unlimited", "4294967296"));
    assertEquals(List.of(ok), LimitDoctor.of(List.of()).stream().map(Check::level).toList());
  }
}
