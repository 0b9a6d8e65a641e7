package com.example.app;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The first thing this service can do. */
@RestController
public class HelloController {
  public record Hello(String service, String text) {}

  private final String service;
  private final String greeting;

  public HelloController(@Value("${spring.application.name}") String service, @Value("${hello.greeting}") String greeting) {
    this.service = service;
    this.greeting = greeting;
  }

  @GetMapping({"/", "/api/hello"})
  public Hello hello(@RequestParam(defaultValue = "world") String name) {
    return new Hello(service, greeting + ", " + name);
  }
}
