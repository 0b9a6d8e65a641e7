package com.example.warmup;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for the service, run while the image is built, so that the JVM can note which library classes such a service
 * loads and keep them ready to use (class data sharing). It shares no class with the service: a change of the service
 * leaves the jar, and with it the image layer of the prepared classes, as it was.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@RestController
public class Warmup {
  @ConfigurationProperties("warmup")
  record Settings(@DefaultValue("item") String name) {}

  record Item(String name, int quantity) {}

  public static void main(String[] args) throws IOException {
    var context = new SpringApplicationBuilder(Warmup.class)
        .properties("server.port=0", "spring.config.import=classpath:com/example/warmup/warmup.properties", "spring.jmx.enabled=false", "spring.main.banner-mode=off",
            "server.shutdown=graceful", "spring.web.resources.add-mappings=false",
            "management.endpoint.health.probes.enabled=true", "management.health.defaults.enabled=false",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.group.readiness.include=readinessState,ok")
        .run(args);
    int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    for (int i = 0; i < 3; i++) {
      ask(port, "GET", "/actuator/health/readiness", "");
      ask(port, "GET", "/actuator/health/liveness", "");
      ask(port, "GET", "/items", "");
      ask(port, "POST", "/items", "{\"name\":\"item\",\"quantity\":1}");
    }
    context.close();
  }

  @Bean
  HealthIndicator ok() {
    return () -> Health.up().withDetail("items", 1).build();
  }

  @GetMapping("/items")
  List<Item> items() {
    return List.of(new Item("item", 1));
  }

  @PostMapping("/items")
  Item create(@RequestBody Item item) {
    return item;
  }

  private static void ask(int port, String method, String path, String body) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
          + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    }
  }
}
