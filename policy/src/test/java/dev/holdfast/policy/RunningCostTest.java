// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RunningCostTest {

  @Test
  void firstValue_replacesWhatWasAssumed() {
    RunningCost cost = new RunningCost(7, 0);
    assertEquals(7, cost.meanSeconds());
    assertEquals(7, cost.quantileSeconds(0.99));
    cost.add(2);
    assertEquals(2, cost.meanSeconds());
    assertEquals(1, cost.count());
  }

  @Test
  void laterValues_moveTheMeanByThreeTenths() {
    RunningCost cost = new RunningCost(1, 40);
    cost.add(2);
    assertEquals(1.3, cost.meanSeconds(), 1e-12);
    assertEquals(41, cost.count());
  }

  @Test
  void stall_countsAsThreeMediansInTheMeanAndWholeInTheQuantile() {
    RunningCost cost = new RunningCost();
    for (int i = 0; i < 20; i++) {
      cost.add(1);
    }
    cost.add(600);
    assertEquals(1.6, cost.meanSeconds(), 1e-12);
    assertEquals(600, cost.quantileSeconds(0.99));
    assertEquals(1, cost.quantileSeconds(0.5));
  }

  @Test
  void lastingChange_isFollowed() {
    RunningCost cost = new RunningCost();
    for (int i = 0; i < 50; i++) {
      cost.add(1);
    }
    for (int i = 0; i < 60; i++) {
      cost.add(10);
    }
    assertEquals(10, cost.meanSeconds(), 0.01);
    assertEquals(10, cost.quantileSeconds(0.5));
  }

  @Test
  void badValue_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new RunningCost().add(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new RunningCost(-1, 0));
  }
}
