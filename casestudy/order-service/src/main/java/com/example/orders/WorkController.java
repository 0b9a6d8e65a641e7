package com.example.orders;

import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Something to be busy with: /api/work?ms=N keeps one processor busy for N ms, at most 10 s. */
@RestController
public class WorkController {
  static final long MOST = 10_000;

  @GetMapping("/api/work")
  public Map<String, Long> work(@RequestParam(defaultValue = "10") long ms) {
    long asked = Math.max(0, Math.min(ms, MOST));
    long end = System.nanoTime() + asked * 1_000_000;
    long turns = 0;
    while (System.nanoTime() < end) turns++;
    return Map.of("ms", asked, "turns", turns);
  }
}
